#include "node/ctl/run/encoding.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "node/ctl/model/exit_code.hpp"
#include "node/ctl/text/external_term.hpp"
#include "node/ctl/text/pbe.hpp"

namespace warren::ctl {

namespace json = boost::json;

namespace {

pbe_settings settings(const invocation& i) {
  return {i.option("cipher"), i.option("hash"), std::stoi(std::string(i.option("iterations")))};
}

struct value_and_passphrase {
  std::string value, passphrase;
};

/// What is not on the line is read from standard input.
std::optional<value_and_passphrase> inputs(session& s) {
  value_and_passphrase out;
  const auto& words = s.what().arguments;
  const auto read = [&](std::size_t at, const char* prompt, std::string& to) {
    if (words.size() > at) return to = words[at], true;
    s.screen().out(prompt);
    const auto typed = s.screen().read_line(true);
    s.screen().out("\n");
    if (!typed) return false;
    to = *typed;
    return true;
  };
  if (!read(0, "Input value: ", out.value) || !read(1, "Passphrase: ", out.passphrase)) return std::nullopt;
  return out;
}

json::array words(std::span<const std::string_view> names) {
  json::array out;
  for (const std::string_view n : names) out.emplace_back(n);
  return out;
}

int show_atoms(session& s, std::span<const std::string_view> names) {
  s.print_banner();
  return s.show(words(names));
}

}  // namespace

bool knows_cipher(std::string_view name) {
  const auto all = pbe_ciphers();
  return std::find(all.begin(), all.end(), name) != all.end();
}
bool knows_hash(std::string_view name) {
  const auto all = pbe_hashes();
  return std::find(all.begin(), all.end(), name) != all.end();
}

int run_encode(session& s) {
  s.print_banner();
  const auto in = inputs(s);
  if (!in) return s.fail(exit_data, "a value and a passphrase are needed");
  const auto external = external_of(in->value);
  if (!external) return s.fail(exit_data, "only <<\"binaries\">>, \"strings\", atoms and integers can be encrypted, not " + in->value);
  const auto made = pbe_encrypt(*external, in->passphrase, settings(s.what()));
  if (!made) return s.fail(exit_unavailable, "Error during cipher operation");
  s.screen().out("{encrypted,<<\"" + *made + "\">>}\n");
  return exit_ok;
}

int run_decode(session& s) {
  s.print_banner();
  const auto in = inputs(s);
  if (!in) return s.fail(exit_data, "a value and a passphrase are needed");
  // {encrypted, <<"…">>}, or only what stands in the quotes
  const std::string base64 = encrypted_of(in->value).value_or(in->value);
  const auto plain = pbe_decrypt(base64, in->passphrase, settings(s.what()));
  const auto text = plain ? term_text_of(*plain) : std::nullopt;
  if (!text)
    return s.fail(exit_unavailable,
                  "Failed to decrypt the value. Things to check: is the passphrase correct? Are the cipher and hash "
                  "algorithms the same as "
                  "those used for encryption?");
  s.screen().out(*text + '\n');
  return exit_ok;
}

int run_list_ciphers(session& s) { return show_atoms(s, pbe_ciphers()); }
int run_list_hashes(session& s) { return show_atoms(s, pbe_hashes()); }

}  // namespace warren::ctl
