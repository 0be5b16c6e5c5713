# Sourced by tests: another Debian 13, with GIMP and nothing else, and a person who uses it.
#
#   elsewhere_begin "$0" "$@"        skips the test if there is none
#   elsewhere COMMAND...             runs a command there as root
#   elsewhere_person HOME            whose home that is from now on
#   elsewhere_as_person COMMAND...   runs a command there as that person, at home
#   elsewhere_filter                 paints as that person, by an editable filter; fails if there is none
#   elsewhere_paint VERSION          paints as that person, by GIMP; fails if it went wrong, or if GIMP was told
#                                    another version of the plug-in
#   result STATUS NAME               a line of TAP
#   check NAME COMMAND...            the same, for whether a command succeeds
#
# The files that tests and that Debian share are in $shared, there /srv. What happens there is gone with
# the test: it is a layer in memory over $ADAIN_GIMP_ROOT, in a mount namespace of its own.
#
# SPDX-License-Identifier: GPL-3.0-or-later

person=1000
n=0

result ()
{
  n=$((n + 1))
  if [ "$1" = 0 ]; then echo "ok $n $2"; else echo "not ok $n $2"; fi
}

check ()
{
  what=$1
  shift
  "$@" >&2 && status=0 || status=$?
  result $status "$what"
}

elsewhere_begin ()
{
  if [ -z "${ADAIN_GIMP_ROOT:-}" ] || [ ! -e "$ADAIN_GIMP_ROOT/usr/bin/gimp" ] ||
     ! command -v dpkg-buildpackage > /dev/null; then
    echo "1..0 # SKIP only ./check makes a Debian with nothing but GIMP"
    exit 0
  fi
  if [ -z "${ADAIN_ELSEWHERE:-}" ]; then
    ADAIN_ELSEWHERE=$(mktemp -d)
    export ADAIN_ELSEWHERE
    trap 'rmdir "$ADAIN_ELSEWHERE"' EXIT
    if [ "$(id -u)" = 0 ]; then
      unshare --mount --propagation unchanged "$@"
    else
      unshare --mount --user --map-auto --map-root-user --propagation unchanged "$@"
    fi
    exit
  fi

  set -e
  # In a chroot this fails, but there the mounts are private already: see tests/env/enter.
  mount --make-rprivate / 2> /dev/null || :
  mount -t tmpfs tmpfs "$ADAIN_ELSEWHERE"
  there=$ADAIN_ELSEWHERE/root
  mkdir "$ADAIN_ELSEWHERE/upper" "$ADAIN_ELSEWHERE/work" "$there"
  mount -t overlay overlay "$there" \
    -o "lowerdir=$ADAIN_GIMP_ROOT,upperdir=$ADAIN_ELSEWHERE/upper,workdir=$ADAIN_ELSEWHERE/work"
  for directory in proc sys dev; do
    mount --rbind "/$directory" "$there/$directory"
  done
  [ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$there/etc/resolv.conf"
  shared=$there/srv
  cp "$(dirname "$1")/../env/gimp-batch" "$shared/"
  make_pictures
  set +e
}

# A photo of a hill under a sky, and a style of stripes.
make_pictures ()
{
  awk 'BEGIN { print "P3 160 120 255"
               for (y = 0; y < 120; y++) for (x = 0; x < 160; x++)
                 if (y > 80 - 30 * sin(x / 50)) print 40 + x / 2, 120, 30
                 else print 120 + y, 160 + y / 2, 240 }' > "$shared/photo.ppm"
  awk 'BEGIN { print "P3 128 128 255"
               for (y = 0; y < 128; y++) for (x = 0; x < 128; x++)
                 print (x + y) % 16 < 8 ? "200 20 30" : "20 10 120" }' > "$shared/style.ppm"
}

elsewhere ()
{
  chroot "$there" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

elsewhere_person ()
{
  home=$1
  mkdir -p "$there$home"
  chown "$person:$person" "$there$home"
}

# In German, of which only the name is borrowed from the locale C: no other is installed.
elsewhere_as_person ()
{
  mkdir -p "$shared/locale"
  [ -e "$shared/locale/de.utf8" ] || cp -r "$there/usr/lib/locale/C.utf8" "$shared/locale/de.utf8"
  chroot --userspec="$person:$person" "$there" /usr/bin/env -i HOME="$home" LANG=de.UTF-8 \
    LOCPATH=/srv/locale PATH=/usr/bin:/bin sh -c 'cd && exec "$@"' sh "$@"
}

# At strength 0 the picture must come back as it was, at 1 it must not; a wrong call must be refused in
# the person's language.
elsewhere_paint ()
{
  rm -f "$there$home"/*.ppm
  elsewhere_as_person /srv/gimp-batch "
    (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"/srv/photo.ppm\")))
           (layers (car (gimp-image-get-layers image))))
      (define (save name)
        (let ((copy (car (gimp-image-duplicate image))))
          (gimp-image-flatten copy)
          (gimp-file-save RUN-NONINTERACTIVE copy (string-append \"$home/\" name))
          (gimp-image-delete copy)))
      (define (paint strength name)
        (let ((layer (vector-ref (car (plug-in-adain-style-transfer
                                        #:run-mode RUN-NONINTERACTIVE #:image image #:drawables layers
                                        #:styles (list \"/srv/style.ppm\") #:strength strength)) 0)))
          (save name)
          (gimp-image-remove-layer image layer)))
      (save \"photo.ppm\")
      (paint 0 \"untouched.ppm\")
      (paint 1 \"painted.ppm\")
      (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables layers))
    " > "$shared/log" 2>&1
  if ! cmp "$there$home/photo.ppm" "$there$home/untouched.ppm" || [ ! -s "$there$home/painted.ppm" ] ||
     cmp -s "$there$home/photo.ppm" "$there$home/painted.ppm" ||
     ! grep -q 'kein Stil angegeben' "$shared/log" || ! grep -q "version $1\"" "$there$home/.config/GIMP"/*/pluginrc; then
    cat "$shared/log"
    return 1
  fi
}

# An editable filter is painted by GIMP itself: merged, it must differ from the photo.
elsewhere_filter ()
{
  rm -f "$there$home"/*.ppm
  elsewhere_as_person /srv/gimp-batch "
    (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"/srv/photo.ppm\"))))
      (gimp-file-save RUN-NONINTERACTIVE image \"$home/photo.ppm\")
      (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image
                                    #:drawables (car (gimp-image-get-layers image))
                                    #:styles (list \"gallery:munch--the-scream\") #:as-filter TRUE)
      (gimp-image-flatten image)
      (gimp-file-save RUN-NONINTERACTIVE image \"$home/filtered.ppm\"))
    " > "$shared/log" 2>&1
  if [ ! -s "$there$home/filtered.ppm" ] || cmp -s "$there$home/photo.ppm" "$there$home/filtered.ppm"; then
    cat "$shared/log"
    return 1
  fi
}
