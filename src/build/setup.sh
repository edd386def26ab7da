#!/bin/sh
# setup.sh run|test|docs|proxies|verify [COMMAND…]
# Finds what the project needs, installs with apt-get what is missing where it may, says otherwise exactly what
# to install, and then becomes COMMAND, with JAVA_HOME, CHROMIUM and CHROMEDRIVER set.
# For "run": a JDK from 17 on, Maven, openssl. For "test" also what the groups of tests drive, but for those
# that WITHOUT names: browser (Chromium, its driver, npm), clients (curl, nghttp, npm). For "docs" all of that and Node,
# which runs the seed whose output is woven into its lesson. For "proxies" also nginx, HAProxy, Caddy and Apache; their
# services are not started, now or when the machine starts. For "verify" all of it.
set -u
need=$1
shift
WITHOUT=${WITHOUT:-}

# The major version of the JDK in a folder, or nothing.
major() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
}

find_jdk() {
  onPath=$(command -v javac) && onPath=$(readlink -f "$onPath" 2>/dev/null) && onPath=${onPath%/bin/javac}
  for home in "${JAVA_HOME:-}" "$onPath" /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/current \
    "$(/usr/libexec/java_home -v 17+ 2>/dev/null)" \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    version=$(major "$home")
    if [ "${version:-0}" -ge 17 ]; then
      jdk=$home
      return 0
    fi
  done
  jdk=
  return 1
}

find_first() { # the first of these commands that is there
  for name in "$@"; do command -v "$name" && return 0; done
  return 1
}

there() { # one of these commands, which need not be on everybody's path
  (PATH=$PATH:/usr/sbin:/usr/local/sbin && find_first "$@") >/dev/null
}

wants() { # wants GROUP: are the tests of this group to run?
  [ "$need" != run ] || return 1
  case " $(echo "$WITHOUT" | tr ',' ' ') " in *" $1 "*) return 1 ;; esac
}

# Fills: missing (words for people), debian, mac and casks (names of packages).
look() {
  missing= debian= mac= casks=
  find_jdk || lacks "a JDK, 17 or newer" JDK openjdk@17
  command -v mvn >/dev/null || lacks "Maven, 3.6.3 or newer" maven maven
  command -v openssl >/dev/null || lacks openssl openssl openssl
  # Looked for in any case, for lesson 11 needs them; asked for only where the tests do.
  CHROMIUM=${CHROMIUM:-$(find_first chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")} ||
    ! wants browser || lacks Chromium chromium "" google-chrome
  CHROMEDRIVER=${CHROMEDRIVER:-$(find_first chromedriver)} ||
    ! wants browser || lacks "Chromium's driver" chromium-driver "" chromedriver
  export CHROMIUM CHROMEDRIVER
  # npm brings what the tests run in the page, and clients that they drive: see src/test/clients.
  if wants browser || wants clients; then
    command -v npm >/dev/null || lacks npm npm node
  fi
  if wants clients; then
    command -v curl >/dev/null || lacks curl curl curl
    command -v nghttp >/dev/null || lacks nghttp nghttp2-client nghttp2
  fi
  if [ "$need" = proxies ] || [ "$need" = verify ]; then
    there nginx || lacks nginx nginx nginx
    there haproxy || lacks HAProxy haproxy haproxy
    there caddy || lacks Caddy caddy caddy
    there apache2 httpd || lacks "Apache's httpd" apache2-bin httpd
  fi
  case $need in docs | verify) command -v node >/dev/null ;; esac || lacks "Node, 18 or newer" nodejs node
  [ -z "$missing" ]
}

lacks() { # lacks WORDS DEBIAN-PACKAGE BREW-FORMULA [BREW-CASK]
  missing="${missing:+$missing; }$1"
  debian="$debian $2"
  mac="$mac${3:+ $3}"
  casks="$casks${4:+ $4}"
}

# Puts the JDK that this Debian has in the place of the word JDK.
name_jdk() {
  case $debian in *JDK*) ;; *) return 0 ;; esac
  for package in openjdk-17-jdk-headless openjdk-21-jdk-headless openjdk-25-jdk-headless default-jdk-headless; do
    apt-cache show "$package" >/dev/null 2>&1 && break
  done
  debian=$(echo "$debian" | sed "s/JDK/$package/")
}

give_up() {
  {
    echo "Missing: $missing."
    [ -n "${1:-}" ] && echo "$1"
    echo "  Debian (as root):  apt install$(echo "$debian" | sed 's/JDK/openjdk-17-jdk-headless/')"
    [ -z "$mac" ] || echo "  macOS:             brew install$mac"
    [ -z "$casks" ] || echo "  macOS:             brew install --cask$casks"
    [ "$need" = test ] && [ -z "${CI:-}" ] && echo 'Or leave those tests out, and be told so: make test WITHOUT="browser clients"'
  } >&2
  exit 1
}

# A package starts its service when it is installed, and when the machine starts, on ports 80 and 443. Debian asks
# policy-rc.d for leave first. One that is there already is put back.
policy=/usr/sbin/policy-rc.d
forbidden=
forbid_services() {
  forbidden=1
  trap allow_services EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ ! -e "$policy" ] || $root mv "$policy" "$policy.before-push"
  printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
  $root chmod 755 "$policy"
}

allow_services() {
  trap - EXIT INT TERM
  $root rm -f "$policy"
  [ ! -e "$policy.before-push" ] || $root mv "$policy.before-push" "$policy"
  for service in $debian; do # those that were installed just now
    case $service in nginx | haproxy | caddy) $root systemctl --quiet disable "$service" 2>/dev/null ;; esac
  done
}

install() {
  command -v apt-get >/dev/null || give_up
  if [ "$(id -u)" = 0 ]; then
    root=
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && [ -z "${CI:-}" ] && sudo true; }; }; then
    root=sudo
  else
    give_up "To install it here takes root, or sudo."
  fi
  echo "Missing: $missing."
  progress="sh $(dirname "$0")/progress.sh"
  $progress "Reading Debian's list of packages" $root apt-get -q update || give_up "apt-get update failed."
  name_jdk
  case $debian in *nginx* | *haproxy* | *caddy*) forbid_services ;; esac
  $progress "Installing$debian" $root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $debian ||
    give_up "apt-get install failed."
  [ -z "$forbidden" ] || allow_services
  look || give_up "apt-get installed it, and still it is not to be found."
}

if [ -n "${LOOK_ONLY:-}" ]; then # for doctor.sh: what there is, and nothing else
  look
  printf 'JAVA_HOME=%s\nCHROMIUM=%s\nCHROMEDRIVER=%s\n' "$jdk" "$CHROMIUM" "$CHROMEDRIVER"
  exit 0
fi
look || install
JAVA_HOME=$jdk
export JAVA_HOME
[ $# -eq 0 ] || exec "$@"
