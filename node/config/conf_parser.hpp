#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace warren::node {

/// One `key = value` line of a rabbitmq.conf.
struct conf_entry {
  std::vector<std::string> key;  ///< split at dots; `\.` keeps a dot inside a segment (user names have them)
  std::string value;
  std::string file;
  int line = 0;

  [[nodiscard]] std::string key_text() const;
};

/// Something an operator should read: where it is and what is wrong with it. line 0 = the whole file, or no file.
struct config_problem {
  std::string file;
  int line = 0;
  std::string text;

  [[nodiscard]] std::string describe() const;  ///< `FILE:LINE: text`
};

struct conf_file {
  std::vector<conf_entry> entries;
  std::vector<config_problem> errors;
  std::vector<config_problem> warnings;
};

/// Parses the text of a configuration file as RabbitMQ 3.10 does: `#` starts a comment wherever it stands. One
/// addition, which later RabbitMQ versions have too: a value in single quotes is taken as it is, so that it can hold
/// `#`. Never stops at the first error.
[[nodiscard]] conf_file parse_conf(std::string_view text, const std::string& file);

}  // namespace warren::node
