#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace warren::ctl {

// The few Erlang terms that are worth encrypting in a configuration: <<"binaries">>, "strings", atoms and integers.

/// As term_to_binary/1 has it (Erlang's external term format). nullopt: another kind of term.
[[nodiscard]] std::optional<std::string> external_of(std::string_view term);
/// The term as Erlang would print it.
[[nodiscard]] std::optional<std::string> term_text_of(std::string_view external);
/// `{encrypted, <<"…">>}` → what stands in the quotes.
[[nodiscard]] std::optional<std::string> encrypted_of(std::string_view term);

}  // namespace warren::ctl
