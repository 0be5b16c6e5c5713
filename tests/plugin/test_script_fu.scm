; The procedure as Script-Fu sees it: lists, vectors, names, and what it refuses.
;
; SPDX-License-Identifier: GPL-3.0-or-later

(define (check name passed)
  (if (not passed) (error "Failed:" name)))

(define work (getenv "ADAIN_TEST_WORK"))
(define not-a-number (- (expt 10. 400) (expt 10. 400)))
(define image (car (gimp-image-new 64 48 RGB)))
(define layer (car (gimp-layer-new image "Photo" 64 48 RGB-IMAGE 100 LAYER-MODE-NORMAL)))
(gimp-image-insert-layer image layer -1 0)
(gimp-drawable-fill layer FILL-WHITE)

(define style (string-append work "/style \"1\".png"))
(gimp-context-set-foreground '(200 40 10))
(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 10 10 30 20)
(gimp-drawable-edit-fill layer FILL-FOREGROUND)
(gimp-selection-none image)
(gimp-file-save RUN-NONINTERACTIVE image style)

(define (layers) (vector-length (car (gimp-image-get-layers image))))

; Named arguments, in the form that README shows.
(define result
  (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE
                                #:image image
                                #:drawables (vector layer)
                                #:styles (list style style)
                                #:weights (vector 0.7 0.3)
                                #:strength 0.8
                                #:texture 0.5
                                #:preserve-color "palette"))
(check "a new layer" (= (layers) 2))
(check "the new layer is returned"
       (equal? (vector-ref (car result) 0) (vector-ref (car (gimp-image-get-layers image)) 0)))

; A layer as the only style.
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:style-layer layer)
(check "a style layer" (= (layers) 3))

; Weights that are empty, and one for the only style.
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:styles (list style) #:weights (vector))
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:styles (list style) #:weights (vector 3))
(check "weights" (= (layers) 5))

; Regions: channels, and for none the selection.
(define region (car (gimp-channel-new image "Region" 64 48 100 '(0 0 0))))
(gimp-image-insert-channel image region -1 0)
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:styles (list style style)
                              #:regions (vector (car (gimp-image-get-selection image)) region)
                              #:protect region)
(check "regions" (= (layers) 6))

; Parts of styles, and how they are turned.
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:styles (list style style)
                              #:parts (list "" "0 0 100 50")
                              #:turns (list "mirror-90"))
(check "parts and turns" (= (layers) 7))

; A style of the gallery beside a file, recolored.
(plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                              #:styles (list "gallery:hokusai--the-great-wave-off-kanagawa" style)
                              #:preserve-color "palette")
(check "gallery" (= (layers) 8))

; Refused, each without a new layer.
(define-macro (refused name . arguments)
  `(check ,name
          (and (eq? 'refused
                    (catch 'refused
                           (plug-in-adain-style-transfer #:run-mode RUN-NONINTERACTIVE #:image image
                                                         #:drawables (vector layer)
                                                         ,@arguments)))
               (= (layers) 8))))

(refused "no style")
(refused "a name that the gallery lacks" #:styles (list "gallery:hokusai--wave"))
(refused "texture above 1" #:styles (list style) #:texture 1.5)
(refused "more regions than styles" #:styles (list style) #:regions (vector region region))
(refused "more parts than styles" #:styles (list style) #:parts (list "" "0 0 100 50"))
(refused "a part beyond the picture" #:styles (list style) #:parts (list "0 0 100 101"))
(refused "half a turn" #:styles (list style) #:turns (list "45"))
(refused "strength above 1" #:styles (list style) #:strength 1.5)
(refused "strength below 0" #:styles (list style) #:strength -0.1)
(refused "stroke size 0" #:styles (list style) #:stroke-size 0)
(refused "working size below 0" #:styles (list style) #:work-size -1)
(refused "learning for less than no time" #:styles (list style) #:learn -1)
(refused "learning two styles" #:styles (list style style) #:learn 1)
(refused "refinement below 0" #:styles (list style) #:refine -1)
(refused "weights not numbers" #:styles (list style) #:weights (vector not-a-number))
(gimp-image-delete image)
