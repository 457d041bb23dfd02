#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace warren::ctl {

/// The text of sectioned commands: bold titles, an empty line, lines.
class section_writer {
 public:
  /// Begins a section; an empty line stands before all but the first.
  section_writer& title(std::string_view text);
  section_writer& line(std::string_view text);
  section_writer& blank();
  /// ` * item` for each.
  section_writer& items(const boost::json::value* list);
  /// The lines, or `(none)`.
  section_writer& lines_or_none(const std::vector<std::string>& lines);
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

// Reading what a node sent: what is missing is empty.
[[nodiscard]] const boost::json::value* member(const boost::json::value& v, std::string_view name);
[[nodiscard]] std::string text_of(const boost::json::value& v, std::string_view name);
[[nodiscard]] std::vector<std::string> words_of(const boost::json::value* list);

/// `Memory alarm on node rabbit@host`, from a text or from {node, resource}.
[[nodiscard]] std::string alarm_line(const boost::json::value& alarm);
/// `interface: [::], port: 5672, protocol: amqp, purpose: AMQP 0-9-1 and AMQP 1.0`
[[nodiscard]] std::string listener_line(const boost::json::value& listener);

}  // namespace warren::ctl
