/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the app's and the helper's side of cv::VideoCapture agree on; travels in sp_request's payload, in sp_command and in sp_reply's body. */
#ifndef SP_CV_VIDEO_H
#define SP_CV_VIDEO_H

#include "lib/wire/wire.h"

/* The request's entry: open the input. */
#define SP_CV_VIDEO_OPEN 1u

#define SP_CV_PARAMS_MAX 512u

/* Payload: this, then @params pairs of int32 (property, value), then @name_len bytes of name, then @env_len bytes of "NAME=value" strings, each with its NUL. */
struct sp_cv_video_open {
	int32_t backend;       /* cv::VideoCaptureAPIs */
	uint32_t throws;       /* an exception of the backend is thrown on, instead of logged */
	uint32_t params;       /* pairs, <= SP_CV_PARAMS_MAX */
	uint32_t name_len, env_len; /* bytes */
	int32_t log_level;     /* cv::utils::logging::LogLevel of the program */
	uint32_t use_optimized; /* cv::useOptimized() of the program */
	uint32_t sse_control;  /* as in sp_cv_request */
	uint32_t sequence;     /* the name stands for many files, which the helper may ask for */
	int32_t pipe;	       /* the name stands for this descriptor, whose bytes the helper may ask for; -1: it does not */
};
SP_STATIC_ASSERT(sizeof(struct sp_cv_video_open) == 40, "sp_cv_video_open");

/* Commands. */
enum sp_cv_video_command {
	SP_CV_VIDEO_GRAB = SP_COMMAND_FAMILY,
	SP_CV_VIDEO_READ = SP_COMMAND_FAMILY + 1,     /* grab, and if that works retrieve, too */
	SP_CV_VIDEO_RETRIEVE = SP_COMMAND_FAMILY + 2, /* @number: channel */
	SP_CV_VIDEO_SET = SP_COMMAND_FAMILY + 3,      /* @number: property, @real: value */
	SP_CV_VIDEO_AGAIN = SP_COMMAND_FAMILY + 4,    /* open it once more, as after the request */
	SP_CV_VIDEO_CLOSE = SP_COMMAND_FAMILY + 5,    /* release it: decoders may still have something to say */
	SP_CV_VIDEO_MAX = SP_COMMAND_FAMILY + 6,
};

/* All properties that the backends know are below; for any other they say 0. */
#define SP_CV_PROPERTIES 80u
/* What get() says for each of them, as doubles. */
#define SP_CV_SNAPSHOT (SP_CV_PROPERTIES * 8u)

/* What there is to retrieve. */
enum sp_cv_frame { SP_CV_FRAME_UNTRIED = 0, SP_CV_FRAME_THERE = 1, SP_CV_FRAME_FAILED = 2, SP_CV_FRAME_EMPTY = 3, SP_CV_FRAME_MAX = 4 };

/* Answer to the request, to each command, and, with serial 0, to a READ that nobody asked for. */
struct sp_cv_video_reply {
	uint32_t serial; /* of the command */
	uint32_t result; /* what the library returned */
	uint32_t thrown; /* enum sp_cv_thrown */
	uint32_t frame;	 /* enum sp_cv_frame; if it is there: */
	int32_t rows, cols, type; /* rows and cols > 0 */
	uint32_t may_be_ahead; /* to the request: seeking does not depend on how far the file has been read */
	uint64_t pixels, step; /* bytes: offset in the output area, distance of rows; they stay until the next grab that the program makes */
	uint64_t snapshot;     /* after the command; of a READ after its grab: offset in the output area, bytes */
	uint64_t retrieved;    /* of a READ: after its retrieve */
};
SP_STATIC_ASSERT(sizeof(struct sp_cv_video_reply) == 64, "sp_cv_video_reply");
SP_STATIC_ASSERT(sizeof(struct sp_cv_video_reply) <= SP_REPLY_BODY, "fits a reply");

/* Frames that the helper may be ahead of the program; snapshots and pixels of so many, and of the program's own, are kept. */
#define SP_CV_AHEAD_MAX 8u

#endif
