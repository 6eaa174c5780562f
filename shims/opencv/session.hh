// SPDX-License-Identifier: LGPL-2.1-or-later
// An opened video in the program: what stands in the place of the library's own capture and drives its helper.
#ifndef SP_CV_SESSION_HH
#define SP_CV_SESSION_HH

#include <string>
#include <vector>
#include <opencv2/core.hpp>
#include <opencv2/videoio.hpp>
#include "lib/front/front.h"
#include "shims/opencv/video.h"

namespace cv {

// The library's interface between cv::VideoCapture and its backends, declared in its modules/videoio/src/cap_interface.hpp and in no installed header. Soname
// 406 has these virtual functions in this order; tests/video calls each through the library.
class IVideoCapture
{
public:
	virtual ~IVideoCapture() {}
	virtual double getProperty(int) const { return 0; }
	virtual bool setProperty(int, double) { return false; }
	virtual bool grabFrame() = 0;
	virtual bool retrieveFrame(int, OutputArray) = 0;
	virtual bool isOpened() const = 0;
	virtual int getCaptureDomain() { return CAP_ANY; }
};

} // namespace cv

namespace sp_cv {

extern const sp_front_ops *front; // set once, before any entry point can be called

// The entry point that sessions' messages name.
const char kOpen[] = "_ZN2cv12VideoCapture4openERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEiRKSt6vectorIiSaIiEE";

// One helper, from the opening to the last copy's end. All that cv::VideoCapture does, it does on this.
class Session : public cv::IVideoCapture
{
public:
	Session(const std::string &name, int backend);
	~Session() override;
	Session(const Session &) = delete;
	Session &operator=(const Session &) = delete;

	// opening.cc. What the library's backend says to it; throws what that throws. False also when there is no helper, or none any more: then failed() is true.
	bool open(const std::vector<int> &params, bool throws);
	bool failed() const { return gone_; }

	double getProperty(int id) const override;
	bool setProperty(int id, double value) override;
	bool grabFrame() override;
	bool retrieveFrame(int channel, cv::OutputArray image) override;
	bool isOpened() const override { return true; }
	int getCaptureDomain() override { return backend_; }

private:
	class Op;
	struct Step {
		uint32_t what; // SP_CV_VIDEO_*
		int32_t number;
		double real;
		uint64_t times;
	};

	// ---- one operation; false: the helper is gone or lies, and the operation's call says why ----
	bool send(Op *op, uint32_t what, int number, double real);
	bool receive(Op *op, sp_cv_video_reply *ret);
	bool answer(Op *op, sp_cv_video_reply *ret); // to what was sent; unasked ones before it are dropped
	bool command(Op *op, uint32_t what, int number, double real, sp_cv_video_reply *ret);
	bool take_snapshot(Op *op, uint64_t offset);
	bool check_pixels(Op *op, const sp_cv_video_reply &reply, int channel);
	bool check_frame(Op *op, int channel, sp_cv_video_reply *reply);
	bool map(Op *op, uint64_t end);
	void grant(Op *op, unsigned ahead);
	void settle(Op *op);
	void finish(Op *op, const sp_cv_video_reply &reply);

	// ---- the helper's questions (questions.cc) ----
	bool serve(Op *op);
	int64_t read_stream(Op *op, uint64_t len);
	int64_t read_file(Op *op, uint64_t len, bool only_look);

	// ---- the rest ----
	void close();
	bool fail(Op *op, sp_status status, const char *reason);
	bool next_frame(Op *op, sp_cv_video_reply *ret);
	void copy_frame(const sp_cv_video_reply &frame, cv::OutputArray image) const;
	bool is_other_channel(int channel) const;
	unsigned depth_max() const;
	bool go_back(Op *op);
	bool is_ahead() const { return credit_ > received_; }
	void note(uint32_t what, int number = 0, double real = 0);

	const std::string name_;
	const int backend_;
	sp_object object_ = {};
	int stream_ = -1; // a pipe's or device's descriptor
	uint64_t stream_ino_ = 0;
	bool sequence_ = false, raw_ = false, gone_ = false;
	bool never_ahead_ = false; // what the program sees could depend on where the helper is
	const uint8_t *map_ = nullptr; // of the output area's start
	uint64_t map_len_ = 0, paid_ = 0;

	uint32_t serial_ = 0;
	uint64_t received_ = 0, credit_ = 0; // replies: those that came; up to which the helper may send them unasked
	double properties_[SP_CV_PROPERTIES] = {};
	sp_cv_video_reply frame_ = {}; // the one that was grabbed last, checked
	bool grabbed_ = false, retrieved_ = false; // one there is; the program has had it
	unsigned pairs_ = 0; // grabs in a row, each with its retrieve
	unsigned depth_ = 1; // frames to be ahead
	bool strayed_ = false; // it was ahead when the program went elsewhere: what it had decoded is not what the program had
	bool was_ready_ = false; // the last one ahead had not to be waited for

	std::vector<Step> log_; // all that the program did since the opening, for go_back
	bool log_full_ = false;
};

} // namespace sp_cv

#endif
