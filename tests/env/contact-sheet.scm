; A contact sheet: a photo in many styles, each with the style's name under it. For ./try --gallery; it needs
; fonts.
;
; SPDX-License-Identifier: GPL-3.0-or-later

(define sheet-columns 8)
(define sheet-tile 320)       ; the longest side of a tile, in pixels
(define sheet-caption 24)     ; the height of the line under it
(define sheet-gap 12)

; The width and height of what is WIDTH x HEIGHT, made to fit into SIDE x SIDE if it is larger.
(define (sheet-fit width height side)
  (let ((scale (min 1 (/ side (max width height)))))
    (list (max 1 (round (* scale width))) (max 1 (round (* scale height))))))

; The photo as an image of one opaque layer whose sides are at most SIDE long.
(define (sheet-photo path side)
  (let* ((image (gimp-file-load RUN-NONINTERACTIVE path))
         (size (sheet-fit (gimp-image-get-width image) (gimp-image-get-height image) side)))
    (if (= (gimp-image-get-base-type image) INDEXED)
        (gimp-image-convert-rgb image))
    (gimp-image-flatten image)
    (gimp-image-scale image (car size) (cadr size))
    image))

; White paper for COUNT tiles of that size.
(define (sheet-new count tile)
  (let* ((columns (min count sheet-columns))
         (rows (ceiling (/ count columns)))
         (width (+ sheet-gap (* columns (+ (car tile) sheet-gap))))
         (height (+ sheet-gap (* rows (+ (cadr tile) sheet-caption sheet-gap))))
         (image (gimp-image-new width height RGB))
         (paper (gimp-layer-new image "Paper" width height RGB-IMAGE 100 LAYER-MODE-NORMAL)))
    (gimp-image-insert-layer image paper -1 0)
    (gimp-drawable-fill paper FILL-WHITE)
    image))

; Puts a copy of LAYER and its name into the place of that number.
(define (sheet-add sheet number tile layer name)
  (let ((x (+ sheet-gap (* (modulo number sheet-columns) (+ (car tile) sheet-gap))))
        (y (+ sheet-gap (* (quotient number sheet-columns) (+ (cadr tile) sheet-caption sheet-gap))))
        (copy (gimp-layer-new-from-drawable layer sheet)))
    (gimp-image-insert-layer sheet copy -1 0)
    (gimp-layer-scale copy (car tile) (cadr tile) #f)
    (gimp-layer-set-offsets copy x y)
    (gimp-text-font sheet -1 x (+ y (cadr tile) 4) name 0 #t 12 (gimp-context-get-font))))

; An image with the photo PATH in each of the styles NAMES. PAINT, a procedure of an image, its layer and a
; name, returns the new layers.
(define (contact-sheet path names paint)
  (script-fu-use-v3)
  (let* ((photo (sheet-photo path (* 2 sheet-tile)))
         (layer (vector-ref (gimp-image-get-layers photo) 0))
         (tile (sheet-fit (gimp-image-get-width photo) (gimp-image-get-height photo) sheet-tile))
         (sheet (sheet-new (length names) tile)))
    (gimp-context-set-foreground '(0 0 0))
    (let next ((number 0) (rest names))
      (if (pair? rest)
          (let ((result (vector-ref (paint photo layer (car rest)) 0)))
            (sheet-add sheet number tile result (car rest))
            (gimp-image-remove-layer photo result)
            (next (+ number 1) (cdr rest)))))
    (gimp-image-delete photo)
    (gimp-image-flatten sheet)
    sheet))
