// SPDX-License-Identifier: LGPL-2.1-or-later
// One call in the program: its input, its helper, and what came of it. All entry points are made of these.
#ifndef SP_CV_CALL_HH
#define SP_CV_CALL_HH

#include <string>
#include <vector>
#include <opencv2/core.hpp>
#include "lib/front/front.h"
#include "shims/opencv/format.h"
#include "shims/opencv/picture.hh"

namespace sp_cv {

extern const sp_front_ops *front; // set once, before any entry point can be called

// One helper for one request; gives it back on every way out.
class Call
{
public:
	// @symbol: the entry point's, as in lib/front/entries.list; @subject: what messages call the input.
	Call(const char *symbol, const std::string &subject);
	~Call();
	Call(const Call &) = delete;
	Call &operator=(const Call &) = delete;

	// Send the request; afterwards ok() and reply() tell what came of it.
	void run(sp_cv_entry entry, sp_cv_request request, const std::string &name, const sp_input_data &input);

	// Say again what the library said, and throw what it threw.
	void replay_all();

	bool ok() const { return call_.status == SP_OK; }
	const sp_cv_reply &reply() const { return reply_; }
	void report() const { front->report(&call_); }

	// The picture, or empty when there is none or it cannot be taken. Reports.
	cv::Mat picture();

	// The pictures of a file of many, in their order: all of them, or none when one cannot be.
	std::vector<cv::Mat> pages();

	// Natively the library creates the Mat before it decodes: one that it had to empty again keeps dimensions and type.
	void make_empty(cv::Mat *m) const;

	// Is the reply's picture possible? Fails the call when it is not.
	bool check(Picture *ret);

	// The Mat that the library is said to have created: what it could have asked the helper's allocator for.
	bool check_created();

	// Fail with this, whatever the helper said.
	void fail(sp_status status, const char *reason, int error);

	sp_call *raw() { return &call_; }

private:
	bool check_pages(std::vector<Picture> *ret);

	std::string subject_;
	sp_call call_;
	sp_cv_reply reply_ = {};
	int flags_ = 0; // of the request
};

// An opened input, closed and freed on every way out.
class Input
{
public:
	explicit Input(const std::string &path) { front->open_input(path.c_str(), &data); }
	~Input();
	Input(const Input &) = delete;
	Input &operator=(const Input &) = delete;

	// Read what fd still gives (at most @max bytes, 0: all up to the limit) behind what was read before. 0 or -errno.
	int read_more(uint64_t max);

	// A pipe or device is opened twice natively: for the signature, and again by the decoder, if there is one, which gets what is left. A helper
	// of its own says whether there is one. Returns false when the call ends here, without a picture. Nothing is done for a file.
	bool read_stream(const char *symbol, const std::string &name, int flags);

	// What the library takes to look at the signature: one buffer of stdio's. As above.
	bool read_signature(Call *call);

	sp_input_data data;

private:
	void *bytes_ = nullptr;
};

} // namespace sp_cv

#endif
