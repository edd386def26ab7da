#!/bin/sh
# setup.sh run|test|docs|examples|proxies|verify [COMMAND…]
# Finds what the project needs. Installs what is missing with apt-get, if it may; otherwise it says what to install on this
# system. Then it becomes COMMAND, with JAVA_HOME, CHROMIUM and CHROMEDRIVER set.
#   run       a JDK (17 or newer), Maven, openssl
#   test      also the programs that the groups of tests drive, except the groups in WITHOUT: browser (Chromium, its
#             driver, npm) and clients (curl, nghttp, git, npm)
#   docs      also Node, which runs the seed whose output is woven into its lesson
#   proxies   also nginx, HAProxy, Caddy and Apache; their services are started neither now nor when the machine starts
#   examples  Chromium, Node and Go, for the servers under src/suite/examples
#   verify    all of these
set -u
need=$1
shift
WITHOUT=${WITHOUT:-}

# A debugger's agent in the environment is meant for one JVM, but Maven, the coach and the learner's server are one each.
for name in JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS; do
  eval "options=\${$name:-}"
  case $options in *jdwp*)
    options=$(printf '%s\n' "$options" | sed 's/-agentlib:jdwp[^ ]*//g; s/-Xrunjdwp[^ ]*//g; s/-Xdebug//g')
    export "$name=$options"
    echo "$name names a debugger's agent, which is left out here: make debug waits for a debugger." >&2 ;;
  esac
done

root=${SETUP_ROOT:-} # of the file system; a test sets its own

# The ids of this system and of those that it is derived from: debian, ubuntu, …
system() {
  if [ "$(uname)" = Darwin ] && [ -z "$root" ]; then echo macos
  else sed -n 's/^ID\(_LIKE\)\{0,1\}=//p' "$root/etc/os-release" 2>/dev/null | tr -d '"' | tr '\n' ' '
  fi
}

# The major version of the JDK in a folder, or nothing.
major() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\(1\.\)\{0,1\}\([0-9]*\).*/\2/p' "$1/release"
}

# The home of the JDK behind a command. asdf, jenv and mise put scripts on the PATH, so the path of the command does not
# tell: the JVM that it starts does.
home_behind() {
  program=$(command -v "$1") || return 0
  program=$(readlink -f "$program" 2>/dev/null) && [ -n "$(major "${program%/bin/*}")" ] && echo "${program%/bin/*}" && return 0
  [ "$1" = java ] || set -- javac -J-XshowSettings:properties -version
  [ "$1" = javac ] || set -- java -XshowSettings:properties -version
  [ ! -x "$root/usr/libexec/java_home" ] || "$root/usr/libexec/java_home" >/dev/null 2>&1 || return 0 # a stub of macOS
  "$@" 2>&1 </dev/null | sed -n 's/^ *java\.home = //p' | head -n 1
}

find_jdk() { # sets jdk, and refused: the homes that were tried before it, and why they were refused
  jdk= refused=
  for home in "${JAVA_HOME:-}" javac java "$root"/usr/lib/jvm/* "$root"/opt/java/* "$root"/opt/jdk* \
    "${HOME:-}"/.sdkman/candidates/java/current "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/* \
    "${HOME:-}"/.jenv/versions/* "${HOME:-}"/.jdks/* java_home \
    "$root"/opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home "$root"/usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home; do
    case $home in
      '') continue ;;
      javac | java) home=$(home_behind "$home") ;;
      java_home) home=$("$root/usr/libexec/java_home" -v 17+ 2>/dev/null) ;;
    esac
    [ -n "$home" ] || continue
    version=$(major "$home")
    if [ "${version:-0}" -ge 17 ]; then
      jdk=$home
      return 0
    fi
    why=
    if [ -n "$version" ]; then why="is version $version"
    elif [ -x "$home/bin/java" ]; then why="has no javac: it is a JRE"
    elif [ "$home" = "${JAVA_HOME:-}" ]; then why="has no JDK"
    fi
    [ -z "$why" ] || case $refused in *"$home $why"*) ;; *)
      [ "$home" != "${JAVA_HOME:-}" ] || why="$why (JAVA_HOME is $home)"
      refused="${refused:+$refused; }$home $why" ;;
    esac
  done
  return 1
}

# Maven's version, from the name of one of its files, or else from Maven, which takes half a second.
maven_version() {
  program=$(readlink -f "$(command -v mvn)" 2>/dev/null)
  for jar in "${program%/bin/mvn}"/lib/maven-core-[0-9]*.[0-9]*.[0-9]*.jar; do
    [ -e "$jar" ] && jar=${jar##*/maven-core-} && echo "${jar%.jar}" && return 0
  done
  JAVA_HOME=$jdk mvn -B -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9][0-9.]*\).*/\1/p' | head -n 1
}

# Whether this is a stub of Ubuntu's, which only asks for a snap.
stub() { head -c 2000 "$1" 2>/dev/null | grep -q 'snap install' && [ ! -x /snap/bin/chromium ]; }

find_first() { # prints the first of these commands that exists
  for name in "$@"; do found=$(command -v "$name") && ! stub "$found" && echo "$found" && return 0; done
  return 1
}

there() { # whether one of these commands exists; it need not be on a user's path
  (PATH=$PATH:$root/usr/sbin:$root/usr/local/sbin && find_first "$@") >/dev/null
}

wants() { # wants GROUP: whether the tests of this group will run
  case "$need $1" in run\ * | examples\ clients) return 1 ;; esac
  case " $(echo "$WITHOUT" | tr ',' ' ') " in *" $1 "*) return 1 ;; esac
}

# Sets missing (words for people) and things (the names in package below).
look() {
  missing= things=
  find_jdk || lacks "a JDK, 17 or newer${refused:+ ($refused)}" jdk
  if ! command -v mvn >/dev/null; then lacks "Maven, 3.6.3 or newer" maven
  else
    maven=$(maven_version)
    case $maven in [0-2].* | 3.[0-5] | 3.[0-5].* | 3.6.[0-2]) lacks "a newer Maven (Maven $maven is too old; 3.6.3 or newer)" maven ;; esac
  fi
  command -v openssl >/dev/null || lacks openssl openssl
  # Always searched for, because lesson 14 needs them, but required only by the tests.
  CHROMIUM=${CHROMIUM:-$(find_first chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")} ||
    ! wants browser || lacks Chromium chromium
  CHROMEDRIVER=${CHROMEDRIVER:-$(find_first chromedriver chromium.chromedriver)} || ! wants browser || lacks "Chromium's driver" driver
  export CHROMIUM CHROMEDRIVER
  # npm fetches the clients that the tests drive, and what they run in the page: see src/server/test/clients.
  if [ "$need" != examples ] && { wants browser || wants clients; }; then
    command -v npm >/dev/null || lacks npm npm
  fi
  if wants clients; then
    for client in curl nghttp git; do command -v "$client" >/dev/null || lacks "$client" "$client"; done
  fi
  if [ "$need" = proxies ] || [ "$need" = verify ]; then
    there nginx || lacks nginx nginx
    there haproxy || lacks HAProxy haproxy
    there caddy || lacks Caddy caddy
    there apache2 httpd || lacks "Apache's httpd" apache
  fi
  case $need in docs | examples | verify) command -v node >/dev/null ;; esac || lacks "Node, 18 or newer" node
  case $need in examples | verify) command -v go >/dev/null ;; esac || lacks "Go, 1.19 or newer" go
  # Elsewhere "go mod tidy" fetches Go's packages.
  case $need$(command -v apt-get) in examples?* | verify?*) [ -d "$root/usr/share/gocode/src/golang.org/x/net/http2" ] ;; esac ||
    lacks "Go's packages net and text" gonet
  [ -z "$missing" ]
}

lacks() { # lacks WORDS THING
  missing="${missing:+$missing; }$1"
  things="$things $2"
}

# The name of a thing's package; nothing if there is none, or if another thing's package contains it.
package() { # package SYSTEM THING
  case $1:$2 in
    apt:jdk) echo openjdk-17-jdk-headless ;;
    dnf:jdk) echo java-latest-openjdk-devel ;;
    rhel:jdk | zypper:jdk) echo java-21-openjdk-devel ;;
    pacman:jdk) echo jdk-openjdk ;;
    apk:jdk) echo openjdk21 ;;
    brew:jdk) echo openjdk ;;
    snap:chromium | snap:driver | brew:chromium | brew:driver | pacman:driver) ;;
    apt:driver) echo chromium-driver ;;
    apk:driver) echo chromium-chromedriver ;;
    *:driver) echo chromedriver ;;
    apt:apache | snap:apache) echo apache2-bin ;;
    apk:apache | zypper:apache) echo apache2 ;;
    pacman:apache) echo apache ;;
    *:apache) echo httpd ;;
    apt:nghttp | snap:nghttp) echo nghttp2-client ;;
    *:nghttp) echo nghttp2 ;;
    snap:jdk) echo openjdk-17-jdk-headless ;;
    brew:node | brew:npm) echo node ;;
    dnf:npm | rhel:npm) echo nodejs-npm ;;
    zypper:npm) echo npm-default ;;
    *:node) echo nodejs ;;
    apt:go | snap:go) echo golang-go ;;
    apt:gonet | snap:gonet) echo golang-golang-x-net-dev ;;
    dnf:go | rhel:go) echo golang ;;
    *) echo "$2" ;;
  esac
}

packages() { # packages SYSTEM: the names for everything that is missing
  for thing in $things; do package "$1" "$thing"; done | paste -s -d ' ' -
}

wants_browser_of() { case "$things " in *" chromium "* | *" driver "*) return 0 ;; *) return 1 ;; esac }

how() { # how WORDS COMMAND SYSTEM: prints a line to copy
  list=$(packages "$3")
  [ -z "$list" ] || printf '  %-18s %s %s\n' "$1" "$2" "$list"
}

say_how() { # prints how to install on this system, or on the common ones if this one is unknown
  case " $(system)" in
    *" ubuntu"*)
      how "Ubuntu (as root):" "apt install" snap
      ! wants_browser_of || echo "  Ubuntu has Chromium, and its driver with it, as a snap: snap install chromium; then /snap/bin has to be on the PATH" ;;
    *" debian"* | *" raspbian"*) how "Debian (as root):" "apt install" apt ;;
    *" rhel"* | *" centos"*) how "As root:" "dnf install" rhel ;;
    *" fedora"*) how "Fedora (as root):" "dnf install" dnf ;;
    *" arch"*) how "Arch (as root):" "pacman -S" pacman ;;
    *" alpine"*) how "Alpine (as root):" "apk add" apk ;;
    *suse*) how "openSUSE (as root):" "zypper install" zypper ;;
    *) [ "$(system)" = macos ] || how "Debian (as root):" "apt install" apt
      how "macOS:" "brew install" brew
      ! wants_browser_of || echo "  macOS:             brew install --cask google-chrome chromedriver" ;;
  esac
}

give_up() {
  {
    echo "Missing: $missing."
    [ -n "${1:-}" ] && echo "$1"
    say_how
    [ "$need" = test ] && [ -z "${CI:-}" ] && echo 'Or leave those tests out: make test WITHOUT="browser clients"'
  } >&2
  exit 1
}

# A package starts its service on ports 80 and 443, when it is installed and when the machine starts. Debian asks
# policy-rc.d for permission first. An existing policy-rc.d is put back afterwards.
policy=$root/usr/sbin/policy-rc.d
forbidden=
forbid_services() {
  forbidden=1
  trap allow_services EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  [ ! -e "$policy" ] || $as_root mv "$policy" "$policy.before-push"
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
}

allow_services() {
  trap - EXIT INT TERM
  $as_root rm -f "$policy"
  [ ! -e "$policy.before-push" ] || $as_root mv "$policy.before-push" "$policy"
  for service in $known; do # the ones that were just installed
    case $service in nginx | haproxy | caddy) $as_root systemctl --quiet disable "$service" 2>/dev/null ;; esac
  done
}

# Installs what is available. A package that is not available does not stop the others.
install() {
  command -v apt-get >/dev/null || give_up
  if [ "$(id -u)" = 0 ]; then
    as_root=
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || { [ -t 0 ] && [ -z "${CI:-}" ] && sudo true; }; }; then
    as_root=sudo
  else
    give_up "To install it here takes root, or sudo."
  fi
  echo "Missing: $missing."
  progress="sh $(dirname "$0")/progress.sh"
  # sudo drops the variables for a proxy.
  get="$as_root env DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy=$http_proxy} ${https_proxy:+https_proxy=$https_proxy} apt-get -q"
  $progress "Reading the list of packages" $get update || give_up "apt-get update failed."
  case " $(system)" in *" ubuntu"*) names=snap ;; *) names=apt ;; esac
  known= failed=
  for package in $(packages $names); do
    case $package in openjdk-*) set -- "$package" openjdk-21-jdk-headless openjdk-25-jdk-headless default-jdk-headless ;; *) set -- "$package" ;; esac
    for name in "$@"; do
      apt-cache show "$name" >/dev/null 2>&1 && known="$known $name" && continue 2
    done
    failed="${failed:+$failed; }apt-get knows no $package"
  done
  case $known in *nginx* | *haproxy* | *caddy*) forbid_services ;; esac
  [ -z "$known" ] || $progress "Installing$known" $get -y --no-install-recommends install $known ||
    for package in $known; do
      $progress "Installing $package alone" $get -y --no-install-recommends install "$package" ||
        failed="${failed:+$failed; }$package could not be installed"
    done
  [ -z "$forbidden" ] || allow_services
  look || give_up "${failed:-What apt-get installed is not enough}."
}

# Maven ignores the proxy in the environment, and curl uses it even for this machine.
use_proxy() {
  proxy=${https_proxy:-${HTTPS_PROXY:-${http_proxy:-${HTTP_PROXY:-${all_proxy:-${ALL_PROXY:-}}}}}}
  [ -n "$proxy" ] || return 0
  no_proxy=localhost,127.0.0.1,::1${no_proxy:+,$no_proxy}
  NO_PROXY=$no_proxy
  export no_proxy NO_PROXY
  proxy=${proxy#*://}
  proxy=${proxy%%/*}
  case $proxy in *@* | *[!a-zA-Z0-9.:-]*) return 0 ;; esac # a proxy with a password belongs in Maven's settings.xml
  case ${MAVEN_OPTS:-} in *proxyHost*) return 0 ;; esac
  port=${proxy##*:}
  [ "$port" != "$proxy" ] || port=80
  for protocol in http https; do
    MAVEN_OPTS="${MAVEN_OPTS:+$MAVEN_OPTS }-D$protocol.proxyHost=${proxy%:*} -D$protocol.proxyPort=$port"
  done
  MAVEN_OPTS="$MAVEN_OPTS -Daether.connector.http.useSystemProperties=true"
  export MAVEN_OPTS
}

# In the locale C a JVM cannot open a file whose path has a letter outside ASCII.
use_letters() {
  case $(locale charmap 2>/dev/null) in ANSI_X3.4-1968 | US-ASCII | 646) LC_ALL=C.UTF-8 && export LC_ALL ;; esac
}

if [ -n "${LOOK_ONLY:-}" ]; then # for doctor.sh: only report
  look
  printf 'JAVA_HOME=%s\nCHROMIUM=%s\nCHROMEDRIVER=%s\nREFUSED=%s\nMAVEN=%s\n' "$jdk" "$CHROMIUM" "$CHROMEDRIVER" "$refused" "${maven:-}"
  say_how | sed 's/^ */HOW=/'
  exit 0
fi
use_letters
look || install
use_proxy
JAVA_HOME=$jdk
export JAVA_HOME
[ $# -eq 0 ] || exec "$@"
