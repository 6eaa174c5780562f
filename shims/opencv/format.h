/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the app's and the helper's side of the OpenCV shim agree on; travels in sp_request's payload and sp_reply's body. */
#ifndef SP_CV_FORMAT_H
#define SP_CV_FORMAT_H

#include "lib/wire/wire.h"

/* Entry points, the family's numbers. */
enum sp_cv_entry {
	SP_CV_IMREAD = 1,	/* file name -> Mat */
	SP_CV_IMDECODE = 2,	/* buffer -> Mat */
	SP_CV_IMDECODE_DST = 3, /* buffer -> given Mat: the reply tells what happened to it on the way */
	SP_CV_HAVE_READER = 4,	/* file name -> bool */
	SP_CV_IMREADMULTI = 5,	/* file name, range of pages -> bool and Mats */
	SP_CV_IMCOUNT = 6,	/* file name -> number of pages */
	SP_CV_ENTRY_MAX = 7,
};

/* Bits of MXCSR that change results: denormals are zero, rounding, flush to zero. */
#define SP_CV_SSE_CONTROL 0xe040u

#define SP_CV_DIMS_MAX 32 /* CV_MAX_DIM */

/* Payload: this, then name_len bytes of file name, then what @neighbours says. */
struct sp_cv_request {
	int32_t flags;	       /* cv::ImreadModes, as the program gave them */
	int32_t log_level;     /* cv::utils::logging::LogLevel of the program */
	uint32_t use_optimized; /* cv::useOptimized() of the program */
	uint32_t name_len;     /* bytes, no NUL */
	/* imdecode: header of the buffer's Mat. A continuous one's bytes are the request's input; another has none. */
	int32_t dims, type;
	uint32_t has_data;
	uint32_t sse_control; /* rounding and denormals in the calling thread: MXCSR without its flags and masks */
	int32_t size[SP_CV_DIMS_MAX];
	uint64_t step[SP_CV_DIMS_MAX];
	/* IMREADMULTI */
	uint32_t ranged;   /* the form with a range: */
	int32_t start, count; /* pages, as the program gave them */
	uint32_t had_pages; /* the program's vector was not empty: the result depends on it */
	/* GDAL: files beside the input, <= SP_CV_NEIGHBOURS_MAX. Their sp_cv_neighbour follow the file name, their bytes are the request's further ones. */
	uint32_t neighbours, reserved;
};
#define SP_CV_NEIGHBOURS_MAX 32u

/* @name_len bytes of base name follow, without NUL. */
struct sp_cv_neighbour {
	uint32_t name_len; /* 1 to 255 */
	uint32_t reserved;
	uint64_t len; /* bytes of the file; the files stand one behind the other */
};
SP_STATIC_ASSERT(sizeof(struct sp_cv_neighbour) == 16, "sp_cv_neighbour");
SP_STATIC_ASSERT(sizeof(struct sp_cv_request) == 56 + 12 * SP_CV_DIMS_MAX, "sp_cv_request");
SP_STATIC_ASSERT(offsetof(struct sp_cv_request, step) == 160, "sp_cv_request.step");

/* What was thrown, with SP_REPLY_THROW. */
enum sp_cv_thrown {
	SP_CV_THROW_NONE = 0,
	SP_CV_THROW_CV = 1, /* cv::Exception: the last SP_EVENT_ERROR */
	SP_CV_THROW_BAD_ALLOC = 2,
	SP_CV_THROW_LENGTH = 3,	 /* std::length_error; these carry an SP_EVENT_WHAT */
	SP_CV_THROW_RANGE = 4,	 /* std::out_of_range */
	SP_CV_THROW_RUNTIME = 5, /* std::runtime_error */
	SP_CV_THROW_OTHER = 6,	 /* anything else: std::exception */
	SP_CV_THROW_MAX = 7,
};

struct sp_cv_reply {
	uint32_t result; /* bool of HAVE_READER and IMREADMULTI; else 1: a Mat follows (DST: perhaps with an exception, too) */
	uint32_t thrown; /* enum sp_cv_thrown */
	/* The picture: continuous, rows and cols > 0. Of an empty Mat the type is all there is. */
	int32_t rows, cols, type;
	uint32_t created; /* DST: the library came to create() ... */
	uint64_t offset;  /* of the pixels in the output area, bytes */
	int32_t created_rows, created_cols, created_type; /* ... with these */
	uint32_t empty_dims; /* of an empty Mat: 0, or 2 when the library had created it before it failed */
	uint64_t count; /* IMCOUNT: pages; IMREADMULTI: how many sp_cv_page follow, also with an exception */
	uint64_t pages; /* IMREADMULTI: their offset in the output area, bytes */
};
SP_STATIC_ASSERT(sizeof(struct sp_cv_reply) == 64, "sp_cv_reply");
SP_STATIC_ASSERT(sizeof(struct sp_cv_reply) <= SP_REPLY_BODY, "fits a reply");
SP_STATIC_ASSERT(offsetof(struct sp_cv_reply, offset) == 24, "sp_cv_reply.offset");

/* More pages than any format can have (libtiff's limit). */
#define SP_CV_PAGES_MAX (1u << 20)

/* One picture of several: continuous, rows and cols > 0. */
struct sp_cv_page {
	int32_t rows, cols, type;
	uint32_t reserved;
	uint64_t offset; /* of the pixels in the output area, bytes */
};
SP_STATIC_ASSERT(sizeof(struct sp_cv_page) == 24, "sp_cv_page");

#endif
