module push

go 1.19
