package coach;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code make docs} and {@code make docs-check}: keep the marked blocks of the prose equal to their sources.
 *
 * <p><b>Threads:</b> one at a time.
 *
 * @param only the path of a single text, or a part of the path of several, or nothing for all
 */
record Docs(Path root, Screen screen, String only) {

    /** @return whether every source exists, and with {@code onlyCompare}, every block equals its source */
    boolean run(boolean onlyCompare) {
        if (only.equals(ServerPicture.NAME)) {
            var wrong = pictures(onlyCompare);
            wrong.forEach(fault -> screen.line(screen.red(fault)));
            return wrong.isEmpty();
        }
        var weaver = new Weaver(root);
        var pictures = pictures(onlyCompare);
        int blocks = 0;
        int files = 0;
        var faults = new ArrayList<String>();
        int changed = 0;
        var all = files();
        all.forEach(file -> weaver.begin(Text.read(file)));
        for (var file : all) {
            screen.passing(root.relativize(file) + " …");
            var text = Text.read(file);
            var woven = weaver.weave(text);
            blocks += woven.blocks();
            files += woven.blocks() > 0 ? 1 : 0;
            if (onlyCompare) {
                woven.faults().forEach(fault -> faults.add(root.relativize(file) + ", " + fault));
            } else {
                changed += Text.write(file, woven.text()) ? 1 : 0;
                // The faults that remain after weaving are those that weaving cannot fix.
                woven.faults().stream()
                        .filter(fault -> !fault.contains(") differs:\n"))
                        .forEach(fault -> faults.add(root.relativize(file) + ", " + fault));
            }
        }
        faults.addAll(pictures);
        faults.forEach(fault -> screen.line(screen.red(fault)));
        var sum = Text.count(blocks, "block") + " in " + Text.count(files, "file");
        if (!faults.isEmpty()) {
            screen.line(
                    sum + ": " + Text.count(faults.size(), "fault") + (onlyCompare ? "; make docs corrects it" : ""));
        } else {
            screen.line(sum + (onlyCompare ? ": as the sources say" : ": woven, " + changed + " changed"));
        }
        return faults.isEmpty();
    }

    /** Draws the pictures of the server. Returns their faults. */
    private List<String> pictures(boolean onlyCompare) {
        var ladder = root.resolve(Lessons.FILE);
        boolean wanted = only.isEmpty() || only.equals(ServerPicture.NAME);
        if (!wanted || !Files.exists(ladder)) {
            return List.of();
        }
        var picture = new ServerPicture(root, Lessons.read(ladder));
        var faults = new ArrayList<>(picture.faults());
        if (faults.isEmpty()) {
            var changed = picture.drawAll(onlyCompare);
            if (onlyCompare) {
                changed.forEach(file -> faults.add(file + " is not the picture that would be drawn"));
            }
        }
        return faults;
    }

    private List<Path> files() {
        var files = new ArrayList<Path>();
        for (var file : Folders.list(root)) {
            if (file.getFileName().toString().endsWith(".md")) {
                files.add(file);
            }
        }
        var workshop = root.resolve(Workshop.FOLDER);
        Folders.files(root.resolve("lessons"), ".md").stream()
                .filter(file -> !file.startsWith(workshop))
                .forEach(files::add);
        var exact = root.resolve(only).normalize();
        if (files.contains(exact)) {
            return List.of(exact);
        }
        files.removeIf(file -> !root.relativize(file).toString().contains(only));
        if (files.isEmpty()) {
            throw new UserError("there is no text with " + only + " in its path");
        }
        return files;
    }
}
