#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

/// What the output device can show.
struct screen {
  bool terminal = false;  ///< bold and colours are sent
  bool utf8 = false;
};

/// Standard output's text for a result: by --formatter, or in the command's own form.
[[nodiscard]] std::string result_text(const invocation& i, const boost::json::value& result, const screen& s);

/// json and csv print no banner, as -q and -s.
[[nodiscard]] bool shows_banner(const invocation& i);

/// Texts are written with these around what is bold; for anything but a terminal they are taken out again.
inline constexpr char bold_on[] = "\x1b[1m";
inline constexpr char bold_off[] = "\x1b[0m";
[[nodiscard]] std::string styled(std::string text, bool terminal);

}  // namespace warren::ctl
