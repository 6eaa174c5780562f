/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes libgdal's place in the zygote. The library is linked to GDAL, and GDAL to a hundred others (databases, PDF, HDF5, network), of which no other format
 * uses anything: loading them makes the zygote start four times slower, each fork and exit of a helper twice as slow, and gives an attacker their code to
 * use. This module has libgdal's soname and is loaded before, so the loader looks no further.
 *
 * What is left is the one function that the library calls for any format, and refusal of GDAL's own formats.
 */
#include "lib/helper/helper.h"

SP_EXPORT void GDALAllRegister(void);
SP_EXPORT void *GDALOpen(const char *path, int access);

/* Called when the library is first used, whatever the format. */
void GDALAllRegister(void)
{
}

void *GDALOpen(const char *path, int access)
{
	(void)path;
	(void)access;
	sp_refuse(SP_REFUSED_GDAL);
}

/* All else takes what GDALOpen returned, and so is never reached; the loader wants the names. */
#define UNREACHED(symbol) \
	SP_EXPORT void symbol(void); \
	SP_EXPORT void symbol(void) \
	{ \
		sp_refuse(SP_REFUSED_GDAL); \
	}

UNREACHED(GDALClose)
UNREACHED(GDALGetDataTypeName)
UNREACHED(_ZN11GDALDataset13GetRasterBandEi)
UNREACHED(_ZN11GDALDataset14GetRasterCountEv)
UNREACHED(_ZN11GDALDataset14GetRasterXSizeEv)
UNREACHED(_ZN11GDALDataset14GetRasterYSizeEv)
UNREACHED(_ZN14GDALRasterBand17GetRasterDataTypeEv)
UNREACHED(_ZN14GDALRasterBand8GetXSizeEv)
UNREACHED(_ZN14GDALRasterBand8GetYSizeEv)
UNREACHED(_ZN14GDALRasterBand8RasterIOE10GDALRWFlagiiiiPvii12GDALDataTypexxP20GDALRasterIOExtraArg)
UNREACHED(_ZNK14GDALColorTable13GetColorEntryEi)
UNREACHED(_ZNK14GDALColorTable24GetPaletteInterpretationEv)
