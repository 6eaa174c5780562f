// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shims/openvdb/log.hh"

#include <log4cplus/appender.h>
#include <log4cplus/logger.h>
#include <log4cplus/spi/loggingevent.h>
#include "lib/helper/helper.h"

namespace sp_vdb {

namespace {

// The library's logger, under the name that its util/logging.h gives it.
log4cplus::Logger logger()
{
	return log4cplus::Logger::getInstance("openvdb");
}

class EventAppender : public log4cplus::Appender
{
public:
	~EventAppender() override { destructorImpl(); }
	void close() override {}

protected:
	void append(const log4cplus::spi::InternalLoggingEvent &e) override
	{
		sp_event_add_error(e.getLogLevel(), e.getMessage().c_str(), "", e.getFile().c_str(), e.getLine());
	}
};

} // namespace

void redirect_log()
{
	log4cplus::Logger l = logger();

	l.removeAllAppenders();
	l.setAdditivity(false);
	l.addAppender(log4cplus::SharedAppenderPtr(new EventAppender));
}

void set_log_level(int level)
{
	logger().setLogLevel(level);
}

} // namespace sp_vdb
