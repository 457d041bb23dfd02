#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/ctl/format/result_text.hpp"

namespace warren::ctl {

/// The three standard streams; a test has its own.
class console {
 public:
  virtual ~console() = default;
  virtual void out(std::string_view text) = 0;  ///< shown at once
  virtual void err(std::string_view text) = 0;
  /// Without its newline; nullopt at the end. `hidden`: a terminal does not echo it.
  [[nodiscard]] virtual std::optional<std::string> read_line(bool hidden) = 0;
  [[nodiscard]] virtual std::string read_all() = 0;
  [[nodiscard]] virtual screen out_screen() const = 0;
  [[nodiscard]] virtual bool err_is_terminal() const = 0;
};

/// The process's own.
class standard_console final : public console {
 public:
  explicit standard_console(bool utf8) : utf8_(utf8) {}
  void out(std::string_view text) override;
  void err(std::string_view text) override;
  [[nodiscard]] std::optional<std::string> read_line(bool hidden) override;
  [[nodiscard]] std::string read_all() override;
  [[nodiscard]] screen out_screen() const override;
  [[nodiscard]] bool err_is_terminal() const override;

 private:
  bool utf8_;
};

}  // namespace warren::ctl
