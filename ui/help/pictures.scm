; The pictures of the manual. make-pictures defines `photo', the path of the photo, and `directory', where the
; pictures go to.
;
; SPDX-License-Identifier: GPL-3.0-or-later

; The longest side of the photo that is painted, and of the pictures in the page.
(define size 1600)
(define width 300)
(define height 200)
(define quality 0.72)

(define wave "gallery:hokusai--the-great-wave-off-kanagawa")
(define night "gallery:van-gogh--the-starry-night")
(define scream "gallery:munch--the-scream")

(define image (car (gimp-file-load RUN-NONINTERACTIVE photo)))
(gimp-image-scale image size
                  (round (* size (/ (car (gimp-image-get-height image)) (car (gimp-image-get-width image))))))
(define original (vector-ref (car (gimp-image-get-layers image)) 0))

; Writes an image at the size of a picture in the page, and does away with it.
(define (export image name)
  (gimp-image-scale image width height)
  (file-jpeg-export #:image image #:file (string-append directory name ".jpg") #:quality quality
                    #:include-exif FALSE #:include-iptc FALSE #:include-xmp FALSE
                    #:include-color-profile FALSE #:include-thumbnail FALSE #:include-comment FALSE)
  (gimp-image-delete image))

; Writes what is visible, from x, y on, w wide.
(define (save name x y w)
  (let ((copy (car (gimp-image-duplicate image))))
    (gimp-image-flatten copy)
    (gimp-image-crop copy w (round (* w (/ height width))) x y)
    (export copy name)))

; The whole picture, as far as it has the shape of those in the page.
(define (whole name)
  (save name 0 0 (min size (floor (* (car (gimp-image-get-height image)) (/ width height))))))

; A part of it, at its own size, in which strokes can be seen.
(define (part name)
  (save name 560 330 600))

; A part of its sky, at its own size.
(define (sky name)
  (save name 900 20 width))

; Paints, saves and takes the new layer away again.
(define-macro (painted save-as name . arguments)
  `(let ((layer (vector-ref (car (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image
                                                              #:drawables (vector original) ,@arguments)) 0)))
     (,save-as ,name)
     (gimp-image-remove-layer image layer)))

(whole "photo")
(painted whole "wave" #:styles (list wave))
(painted whole "night" #:styles (list night))
(painted whole "scream" #:styles (list scream))

(painted whole "blend" #:styles (list wave scream))

; A style whose strokes have a direction, warm ones on the left and cool ones on the right.
(define strokes (car (gimp-temp-file "png")))

; A number from 0 to n - 1, of which the same ones come in each run (Park and Miller's generator).
(define seed 1)
(define (draw n)
  (set! seed (modulo (* 16807 seed) 2147483647))
  (modulo seed n))

(define (make-strokes)
  (let* ((image (car (gimp-image-new (* 3 width) (* 3 height) RGB)))
         (layer (car (gimp-layer-new image "Strokes" (* 3 width) (* 3 height) RGB-IMAGE 100 LAYER-MODE-NORMAL)))
         (brush (car (gimp-brush-new "Stroke")))
         (warm (vector "#7a1f12" "#c8421c" "#e88a1f" "#f5cf5b" "#fff1c2"))
         (cool (vector "#0d2140" "#1d4f8c" "#3f8fc0" "#8fc9d9" "#eaf6f2")))
    (gimp-image-insert-layer image layer 0 -1)
    (gimp-context-set-brush brush)
    (do ((i 0 (+ i 1)))
        ((= i 2500))
      (let ((x (- (draw 1000) 50)) (y (- (draw 800) 100)) (long (+ 60 (draw 100))))
        (gimp-context-set-brush-size (+ 8 (draw 14)))
        (gimp-context-set-foreground (vector-ref (if (< x 440) warm cool) (draw 5)))
        (gimp-paintbrush-default layer (vector x y (+ x (* 0.3 long)) (- y long)))))
    (gimp-file-save RUN-NONINTERACTIVE image strokes)
    (export image "strokes")
    (gimp-resource-delete brush)))

(make-strokes)
(painted whole "parts-whole" #:styles (list strokes))
(painted whole "parts-left" #:styles (list strokes) #:parts (list "0 0 48 100"))
(painted part "turns-none" #:styles (list strokes))
(painted part "turns-90" #:styles (list strokes) #:turns (list "90"))
(painted part "learned" #:styles (list strokes) #:learn 100)
(file-delete strokes)

(painted whole "strength-30" #:styles (list night) #:strength 0.3)
(painted whole "strength-60" #:styles (list night) #:strength 0.6)

(painted part "texture-0" #:styles (list wave) #:texture 0)
(painted part "texture-50" #:styles (list wave) #:texture 0.5)
(painted part "texture-100" #:styles (list wave) #:texture 1)
(painted part "refined" #:styles (list wave) #:refine 100)

(painted sky "brushwork-0" #:styles (list night) #:brushwork 0)
(painted sky "brushwork-50" #:styles (list night) #:brushwork 0.5)
(painted sky "brushwork-100" #:styles (list night) #:brushwork 1)

(painted part "stroke-size-0.5" #:styles (list night) #:stroke-size 0.5)
(painted part "stroke-size-2" #:styles (list night) #:stroke-size 2)

(painted part "detail-0" #:styles (list wave) #:stroke-size 3 #:detail 0)
(painted part "detail-100" #:styles (list wave) #:stroke-size 3 #:detail 1)

(painted whole "preserve-color-palette" #:styles (list scream) #:preserve-color "palette")
(painted whole "preserve-color-lightness" #:styles (list scream) #:preserve-color "lightness")

(painted part "work-size-512" #:styles (list night) #:work-size 512)
(painted part "work-size-1024" #:styles (list night) #:work-size 1024)
(painted part "work-size-0" #:styles (list night) #:work-size 0)

; The first style is in the left half, softly; the second one in all the rest.
(define region
  (begin
    (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 (/ size 2) (car (gimp-image-get-height image)))
    (gimp-selection-feather image (/ size 8))
    (car (gimp-selection-save image))))
(gimp-selection-none image)
(painted whole "regions" #:styles (list wave scream) #:regions (vector region))

(define mask
  (let ((layer (car (gimp-layer-new image "Mask" size (car (gimp-image-get-height image)) RGBA-IMAGE 100
                                    LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 -1)
    (gimp-context-set-foreground "black")
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-image-select-item image CHANNEL-OP-REPLACE region)
    (gimp-context-set-foreground "white")
    (gimp-drawable-edit-fill layer FILL-FOREGROUND)
    (gimp-selection-none image)
    layer))
(whole "regions-mask")
