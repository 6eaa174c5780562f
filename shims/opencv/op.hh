// SPDX-License-Identifier: LGPL-2.1-or-later
// In the program: one operation on an opened video, its helper's call meanwhile.
#ifndef SP_CV_OP_HH
#define SP_CV_OP_HH

#include "shims/opencv/session.hh"

namespace sp_cv {

// One operation of the program: the session's helper is in its call meanwhile.
class Session::Op
{
public:
	explicit Op(Session *session) : session_(session)
	{
		front->begin(&call, kOpen, session->name_.c_str());
		good = front->resume(&call, &session->object_) == SP_OK;
	}

	// To open: there is no helper yet.
	Op(Session *session, bool) : session_(session) { front->begin(&call, kOpen, session->name_.c_str()); }

	~Op()
	{
		if (call.status != SP_OK || call.channel < 0 || front->keep(&call, &session_->object_)) {
			if (!session_->gone_)
				front->report(&call);
			session_->gone_ = true;
		}
		front->end(&call);
	}

	sp_call call;
	bool good = true;

private:
	Session *session_;
};

} // namespace sp_cv

#endif
