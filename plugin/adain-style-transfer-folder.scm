#!/usr/bin/env gimp-script-fu-interpreter-3.0
;!# For gettext, to which the first line opens a comment.

; Filters > Artistic > AdaIN Style Transfer on a Folder...: paints all pictures of a folder. It is a plug-in of
; its own and calls the filter as any script can: copy it, with another name, to begin one of yours.
;
; SPDX-License-Identifier: GPL-3.0-or-later

; In the order of the choices in the dialog.
(define adain-formats (vector "png" "jpg" "tif" "webp"))
(define adain-color-modes (vector "none" "palette" "lightness"))

; Runs ACTION. Returns what the error says if there is one, else #f. `catch` alone does not tell what it says.
(define (adain-failure action)
  (let ((failure #f))
    (set! *error-hook* (lambda (text . details)
                         (set! failure text)
                         (throw text)))
    (catch failure
           (action)
           #f)))

(define (adain-path folder name)
  (string-append folder DIR-SEPARATOR name))

; The name of a file without its extension.
(define (adain-stem name)
  (let ((dot (memv #\. (reverse (string->list name)))))
    (if dot
        (list->string (reverse (cdr dot)))
        name)))

(define (adain-filter keep? items)
  (cond ((null? items) '())
        ((keep? (car items)) (cons (car items) (adain-filter keep? (cdr items))))
        (else (adain-filter keep? (cdr items)))))

; Puts NAME into a sorted list.
(define (adain-insert name sorted)
  (if (or (null? sorted) (string<? name (car sorted)))
      (cons name sorted)
      (cons (car sorted) (adain-insert name (cdr sorted)))))

; The names of what is in FOLDER, sorted, without folders and without what is hidden.
(define (adain-list-files folder)
  (let ((stream (dir-open-stream folder)))
    (if (not stream)
        (error (string-append _"The folder cannot be read:" " " folder)))
    (let next ((sorted '()))
      (let ((name (dir-read-entry stream)))
        (cond ((eof-object? name)
               (dir-close-stream stream)
               sorted)
              ((or (char=? (string-ref name 0) #\.)
                   (= (file-type (adain-path folder name)) FILE-TYPE-DIR))
               (next sorted))
              (else
               (next (adain-insert name sorted))))))))

; The styles as the filter takes them: paths, and names of the gallery.
(define (adain-list-styles file more)
  (adain-filter (lambda (style) (not (string=? style "")))
                (cons file (map string-trim (strbreakup more ";")))))

(define (adain-tiff? path)
  (let ((extension (string-downcase (car (reverse (strbreakup path "."))))))
    (or (string=? extension "tif") (string=? extension "tiff"))))

; The pages of a TIFF are layers, the first one at the bottom; a page can be a mere thumbnail of the first.
(define (adain-keep-first-page image)
  (for-each (lambda (page) (gimp-image-remove-layer image page))
            (cdr (reverse (vector->list (gimp-image-get-layers image)))))
  (gimp-image-resize-to-layers image))

; Leaves one layer, which the filter can paint, and returns it.
(define (adain-prepare image path)
  (if (= (gimp-image-get-base-type image) INDEXED)
      (gimp-image-convert-rgb image))
  (if (adain-tiff? path)
      (adain-keep-first-page image))
  (if (= (vector-length (gimp-image-get-layers image)) 1)
      (vector-ref (gimp-image-get-layers image) 0)
      (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)))

(define (adain-save image path format)
  (if (string=? format "jpg")
      (gimp-image-flatten image))
  (if (string=? format "png")
      ; GIMP's own choice, the strongest compression, can take longer than the painting.
      (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path #:compression 3)
      (gimp-file-save RUN-NONINTERACTIVE image path)))

; Paints the picture IN and saves the result as OUT. PAINT, a procedure, makes the new layer. Returns why there
; is no result, else #f.
(define (adain-paint-file paint in out format)
  (let* ((image #f)
         (failure (adain-failure
                   (lambda ()
                     (set! image (gimp-file-load RUN-NONINTERACTIVE in))
                     (let ((layer (adain-prepare image in)))
                       (paint image layer)
                       (gimp-image-remove-layer image layer)
                       (adain-save image out format))))))
    (if image
        (gimp-image-delete image))
    failure))

; Paints one pixel: if that cannot be done, the error is one for all pictures.
(define (adain-try-settings paint)
  (let* ((image (gimp-image-new 1 1 RGB))
         (layer (gimp-layer-new image "" 1 1 RGB-IMAGE 100 LAYER-MODE-NORMAL))
         (failure (adain-failure
                   (lambda ()
                     (gimp-image-insert-layer image layer -1 0)
                     (paint image layer)))))
    (gimp-image-delete image)
    (if failure
        (error failure))))

; Paints the files NAMES of the folder FROM into the folder TO, and says what was not painted, and why.
(define (adain-paint-files paint names from to format overwrite)
  (define ins (map (lambda (name) (adain-path from name)) names))
  (define outs '())

  ; Neither a result of this run nor a picture that is still to be painted is overwritten, whatever is asked.
  (define (taken? in out)
    (or (member out outs)
        (and (member out ins) (not (string=? in out)))))

  (define (process name)
    (let* ((in (adain-path from name))
           (out (adain-path to (string-append (adain-stem name) "." format)))
           (failure (cond ((and (not overwrite) (file-exists? out)) _"the result is there already")
                          ((taken? in out) _"another picture has the same name")
                          (else (adain-paint-file paint in out format)))))
      (if failure
          (gimp-message (string-append name ": " failure))
          (set! outs (cons out outs)))))

  (for-each process names)
  (gimp-message (string-append _"Pictures painted:" " " (number->string (length outs)) "\n"
                               _"Files skipped:" " " (number->string (- (length names) (length outs))))))

(define (plug-in-adain-style-transfer-folder from style more-styles strength texture stroke-size color-mode
                                             to format overwrite)
  (script-fu-use-v3)
  (define (paint image layer)
    (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE
                                  #:image image
                                  #:drawables (vector layer)
                                  #:styles (adain-list-styles style more-styles)
                                  #:strength strength
                                  #:texture texture
                                  #:stroke-size stroke-size
                                  #:preserve-color (vector-ref adain-color-modes color-mode)))

  (if (or (string=? from "") (string=? to ""))
      (error _"Choose the folder of the pictures and the folder of the results."))
  (let ((names (adain-list-files from)))
    (adain-try-settings paint)
    (if (not (or (file-exists? to) (dir-make to)))
        (error (string-append _"The folder cannot be made:" " " to)))
    (adain-paint-files paint names from to (vector-ref adain-formats format)
                       (not (member overwrite (list #f FALSE))))))

(script-fu-register-procedure "plug-in-adain-style-transfer-folder"
  _"AdaIN Style Transfer on a _Folder..."
  _"Paint all pictures of a folder in the style of other pictures"
  "The AdaIN Style Transfer authors"
  "2026"
  SF-DIRNAME    _"_Folder of the pictures" ""
  SF-FILENAME   _"St_yle" ""
  SF-STRING     _"_More styles (files or gallery:NAME, with ; between)" ""
  SF-ADJUSTMENT _"Stren_gth" '(1 0 1 0.01 0.1 2 SF-SLIDER)
  SF-ADJUSTMENT _"_Texture" '(1 0 1 0.01 0.1 2 SF-SLIDER)
  SF-ADJUSTMENT _"Stro_ke size" '(1 0.25 4 0.01 0.1 2 SF-SLIDER)
  SF-OPTION     _"_Preserve color" '(_"No" _"Recolor the styles" _"Paint only the lightness")
  SF-DIRNAME    _"Fol_der of the results" ""
  SF-OPTION     _"Form_at" '("PNG" "JPEG" "TIFF" "WebP")
  SF-TOGGLE     _"O_verwrite results that are there" FALSE)

(script-fu-menu-register "plug-in-adain-style-transfer-folder" "<Image>/Filters/Artistic")

; Only newer GIMPs want to be told that there are translations.
(if (defined? 'script-fu-register-i18n)
    (script-fu-register-i18n "plug-in-adain-style-transfer-folder" "Standard"))
