// SPDX-License-Identifier: LGPL-2.1-or-later
// Animated WebP through libwebpmux.
#include "tests/parity/corpus-codecs.hh"

#include <webp/encode.h>
#include <webp/mux.h>

namespace {

bool add_frame(WebPAnimEncoder *encoder, const WebPConfig &config, int width, int height, int number)
{
	Bytes rgba;
	WebPPicture picture;

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			add(&rgba, Bytes{ sample(x, y, number), sample(x, y, 1), sample(x, y, 2), uint8_t(x * 10) });
	if (!WebPPictureInit(&picture))
		return false;
	picture.width = width;
	picture.height = height;
	picture.use_argb = 1;
	const bool ok = WebPPictureImportRGBA(&picture, rgba.data(), width * 4) &&
			WebPAnimEncoderAdd(encoder, &picture, number * 100, &config);
	WebPPictureFree(&picture);
	return ok;
}

} // namespace

Bytes make_animated_webp(int width, int height, bool lossless)
{
	WebPConfig config;
	WebPData data;
	WebPAnimEncoder *encoder = WebPAnimEncoderNew(width, height, nullptr);
	Bytes b;

	WebPDataInit(&data);
	if (!encoder || !WebPConfigInit(&config))
		return b;
	config.lossless = lossless;
	if (add_frame(encoder, config, width, height, 0) && add_frame(encoder, config, width, height, 1) &&
	    WebPAnimEncoderAdd(encoder, nullptr, 200, nullptr) && WebPAnimEncoderAssemble(encoder, &data))
		b.assign(data.bytes, data.bytes + data.size);
	WebPDataClear(&data);
	WebPAnimEncoderDelete(encoder);
	return b;
}
