# Sourced by ./try and ./check: finds or makes a place that has GIMP 3 and builds there.
#
#   environment_prepare LIST...   makes sure that the packages named in these lists are there
#   environment_prepare_gimp_root makes $gimp_root, a Debian with GIMP and nothing to build with
#   environment_show DIR...       directories of the user's that commands have to see
#   environment_run COMMAND...    runs a command there, at the source tree
#   environment_build NAME ARG... configures (with these options) and builds $builds/NAME
#   environment_cross NAME ARCH   from then on that place is one that builds for NAME
#
# A host that has GIMP 3 is used as it is. Elsewhere that place is a Debian 13 in a directory
# of the user's cache, entered by chroot. One that builds for another system is such a Debian everywhere, so
# that packages of a second architecture do not get into the way of GIMP's. Where ADAIN_SUITE names a suite of
# Debian's, such as forky or sid, that place is a Debian of that suite everywhere, with builds of its own.
#
# SPDX-License-Identifier: GPL-3.0-or-later

die ()
{
  echo "$0: $*" >&2
  exit 1
}

say ()
{
  echo "-- $*" >&2
}

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
debian=${ADAIN_SUITE:-trixie}
[[ $debian =~ ^[a-z0-9-]+$ ]] || die "ADAIN_SUITE cannot be “$debian”; it names a suite of Debian's, such as sid"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/adain-style-transfer
mkdir -p "$cache"
cache=$(cd "$cache" && pwd -P)
if [ "$debian" = trixie ]; then
  root=$cache/debian13
else
  root=$cache/debian-$debian
fi
gimp_root=$root-gimp
architectures=
builds=$cache/builds/$(basename "$source_dir")-$(printf %s "$source_dir" | cksum | cut -d' ' -f1)
builds+=${ADAIN_SUITE:+-$ADAIN_SUITE}
mkdir -p "$builds"
shown=("$source_dir" "$builds" /tmp)

# Runs a command that changes the host, as root.
as_root ()
{
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    die "this has to be run as root first: $*"
  fi
}

host_serves ()
{
  [ -z "${ADAIN_SUITE:-}$architectures" ] || return 1
  command -v gimp-console-3.0 > /dev/null || command -v gimp-console-3 > /dev/null ||
    pkg-config --exists gimp-3.0 2> /dev/null
}

list_packages ()
{
  local list
  for list in "$@"; do
    grep -v '^#' "$source_dir/tests/env/packages-$list"
  done
}

missing_packages ()
{
  local package
  for package in $(list_packages "$@"); do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] ||
      echo "$package"
  done
}

prepare_host ()
{
  local missing
  command -v dpkg-query > /dev/null || return 0
  missing=$(missing_packages "$@")
  [ -z "$missing" ] && return
  say "Installing" $missing
  as_root apt-get update -q >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends \
    $missing >&2
}

need_command ()
{
  command -v "$1" > /dev/null && return
  command -v apt-get > /dev/null || die "$1 is missing; install it (Debian's package: $2)"
  say "Installing $2"
  as_root apt-get update -q >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy "$2" >&2
}

# make_root ROOT PACKAGE...: makes ROOT, a Debian with these packages, unless it is there. The lists of a suite that
# still changes are valid for a week, and there are mirrors that lag behind by more.
make_root ()
{
  local packages
  [ ! -e "$1/var/lib/adain-packages/base" ] || return 0

  need_command mmdebstrap mmdebstrap
  [ "$(id -u)" = 0 ] || need_command newuidmap uidmap
  say "Making a Debian ($debian) in $1"
  [ ! -e "$1" ] || in_namespace rm -rf "$1"
  packages=$(IFS=,; echo "${*:2}")
  mmdebstrap --quiet --variant=minbase --include="$packages" \
    ${architectures:+--architectures="$architectures"} \
    ${ADAIN_SUITE:+--aptopt='Acquire::Check-Valid-Until "false"'} "$debian" "$1" >&2 ||
    die "mmdebstrap failed"
  # No package may start a service there.
  in_namespace sh -ec '
    printf "#!/bin/sh\nexit 101\n" > "$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
    mkdir -p "$1/var/lib/adain-packages"
    touch "$1/var/lib/adain-packages/base"' sh "$1"
}

# The root knows which lists it has by files in its /var/lib/adain-packages.
prepare_root ()
{
  local list missing=()
  for list in "$@"; do
    cmp -s "$source_dir/tests/env/packages-$list" "$root/var/lib/adain-packages/$list" ||
      missing+=("$list")
  done
  [ ${#missing[@]} = 0 ] && return

  make_root "$root" ca-certificates

  say "Installing packages in $root: ${missing[*]}"
  enter_root / sh -ec '
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends "$@"' sh $(list_packages "${missing[@]}") >&2 ||
    die "the packages could not be installed in $root"
  for list in "${missing[@]}"; do
    in_namespace cp "$source_dir/tests/env/packages-$list" "$root/var/lib/adain-packages/$list"
  done
}

# Runs a command as the owner of the root: root itself, or root of a user namespace.
in_namespace ()
{
  if [ "$(id -u)" = 0 ]; then
    unshare --mount "$@"
  else
    unshare --mount --user --map-auto --map-root-user "$@"
  fi
}

# enter_root DIRECTORY COMMAND...
enter_root ()
{
  in_namespace "$source_dir/tests/env/enter" "$root" "${#shown[@]}" "${shown[@]}" "$@"
}

environment_cross ()
{
  root+=-$1
  architectures=$2
}

environment_prepare ()
{
  exec 9> "$cache/lock"
  flock 9
  if host_serves; then
    prepare_host "$@"
  else
    prepare_root "$@"
  fi
  exec 9>&-
}

environment_prepare_gimp_root ()
{
  exec 9> "$cache/lock"
  flock 9
  make_root "$gimp_root" ca-certificates gimp
  exec 9>&-
  environment_show "$gimp_root"
}

environment_show ()
{
  shown+=("$@")
}

environment_run ()
{
  if host_serves; then
    (cd "$source_dir" && "$@")
  else
    enter_root "$source_dir" "$@"
  fi
}

environment_build ()
{
  environment_run "$source_dir/tests/env/build" "$source_dir" "$builds/$1" "${@:2}"
}
