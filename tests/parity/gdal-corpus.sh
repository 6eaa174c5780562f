#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# gdal-corpus.sh DIRECTORY: pictures in GDAL's formats, with what stands beside them (gdal_translate of Debian's gdal-bin). Exit code 77: it is not there.
set -eu
command -v gdal_translate >/dev/null || exit 77
mkdir -p "$1"
cd "$1"

# 24x17, three bands, some structure.
awk 'BEGIN { printf "P6\n24 17\n255\n"; for (i = 0; i < 24 * 17 * 3; i++) printf "%c", 33 + (i * 37 + int(i / 72) * 59) % 90 }' >source.ppm
translate() { # a format may not take three bands of bytes
	gdal_translate -q "$@" >/dev/null 2>&1
}
translate -of GTiff source.ppm source.tif
rm source.ppm
for pair in NITF:ntf PNG:png JPEG:jpg BMP:bmp ENVI:img HFA:hfa.img PCRaster:map USGSDEM:dem AAIGrid:asc ERS:ers GIF:gif GSAG:grd RST:rst SAGA:sdat SGI:rgb \
	XPM:xpm PNM:pnm FITS:fits JP2OpenJPEG:jp2 WEBP:webp MFF:hdr PCIDSK:pix EHdr:bil KRO:kro ROI_PAC:roi COG:cog.tif BT:bt ISIS3:cub PDS4:xml VICAR:vic \
	HF2:hf2 MRF:mrf PDF:pdf netCDF:nc GPKG:gpkg; do
	format=${pair%%:*} file=out-$(echo "${pair%%:*}" | tr 'A-Z_' 'a-z-').${pair#*:}
	translate -of "$format" source.tif "$file" || translate -b 1 -of "$format" source.tif "$file" ||
		translate -ot Float32 -b 1 -of "$format" source.tif "$file" || rm -f "$file"
done
translate -ot Int16 -b 1 -outsize 121 121 -a_srs EPSG:4326 -a_ullr 5 46 5.1 45.9 -of DTED source.tif out.dt0 || rm -f out.dt0
for type in UInt16 Int16 UInt32 Int32 Float32 Float64 CInt16 CFloat32; do
	translate -ot $type -outsize 5 4 source.tif type-$type.tif
	translate -ot $type -outsize 5 4 -b 1 -of NITF source.tif type-$type.ntf || rm -f type-$type.ntf
done
translate -a_srs EPSG:32632 -a_ullr 400000 5000000 410000 4990000 source.tif place.tif
translate -a_srs EPSG:32632 -a_ullr 400000 5000000 410000 4990000 -of NITF -co ICORDS=N source.tif place.ntf || rm -f place.ntf
for compression in LZW DEFLATE PACKBITS JPEG ZSTD LZMA; do
	translate -co COMPRESS=$compression -co TILED=YES source.tif tiled-$compression.tif || rm -f tiled-$compression.tif
done
translate -outsize 12 9 source.tif pages.tif
for size in 24 10 31; do
	translate -outsize $size 17 -co APPEND_SUBDATASET=YES source.tif pages.tif
done
head -c 1500 pages.tif >pages-cut.tif
rm -f source.tif.aux.xml
ls
