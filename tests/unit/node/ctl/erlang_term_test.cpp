#include "node/ctl/text/erlang_term.hpp"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "node/ctl/text/external_term.hpp"
#include "node/ctl/text/pbe.hpp"

using namespace warren::ctl;

namespace {

term a(std::string_view name) { return term::atom(name); }
term b(std::string_view bytes) { return term::binary(bytes); }
term pair(std::string_view key, term value) { return term::tuple({a(key), std::move(value)}); }

}  // namespace

TEST_CASE("what fits is written on one line, and what does not is broken as Erlang breaks it", "[ctl][erlang]") {
  CHECK(pretty(term::list({a("ref3@localhost"), a("ref2@localhost"), a("ref1@localhost")})) ==
        "[ref3@localhost,ref2@localhost,ref1@localhost]");
  // captured: eval 'rabbit_shovel_status:status().'
  const auto running = term::tuple(
      {term::tuple({b("cc-prod-vhost"), b("my-shovel")}), a("dynamic"),
       pair("running", term::list({pair("src_uri", b("amqp:///cc-prod-vhost")), pair("src_protocol", b("amqp091")),
                                   pair("dest_protocol", b("amqp091")), pair("dest_uri", b("amqp://127.0.0.1:5701/cc-prod-vhost")),
                                   pair("src_queue", b("shovel-src")), pair("dest_queue", b("shovel-dst"))})),
       term::tuple({term::tuple({term::text("2026"), term::text("11"), term::text("22")}),
                    term::tuple({term::text("6"), term::text("40"), term::text("22")})})});
  const auto starting = term::tuple({term::tuple({b("cc-prod-vhost"), b("bad-shovel")}), a("dynamic"), a("starting"),
                                     term::tuple({term::tuple({term::text("2026"), term::text("11"), term::text("22")}),
                                                  term::tuple({term::text("6"), term::text("51"), term::text("32")})})});
  CHECK(pretty(term::list({running, starting})) == R"([{{<<"cc-prod-vhost">>,<<"my-shovel">>},
  dynamic,
  {running,[{src_uri,<<"amqp:///cc-prod-vhost">>},
            {src_protocol,<<"amqp091">>},
            {dest_protocol,<<"amqp091">>},
            {dest_uri,<<"amqp://127.0.0.1:5701/cc-prod-vhost">>},
            {src_queue,<<"shovel-src">>},
            {dest_queue,<<"shovel-dst">>}]},
  {{2026,11,22},{6,40,22}}},
 {{<<"cc-prod-vhost">>,<<"bad-shovel">>},
  dynamic,starting,
  {{2026,11,22},{6,51,32}}}])");
}

TEST_CASE("atoms fill lines", "[ctl][erlang]") {
  std::vector<term> ciphers;  // captured: list_ciphers
  for (const char* c : {"chacha20", "aes_256_ofb", "aes_192_ofb", "aes_128_ofb", "blowfish_ofb64", "blowfish_cfb64", "blowfish_cbc",
                        "des_cfb", "des_cbc", "rc4", "rc2_cbc", "aes_192_cbc", "aes_256_cbc", "aes_128_cfb128"})
    ciphers.push_back(a(c));
  CHECK(pretty(term::list(ciphers)) ==
        "[chacha20,aes_256_ofb,aes_192_ofb,aes_128_ofb,blowfish_ofb64,blowfish_cfb64,\n"
        " blowfish_cbc,des_cfb,des_cbc,rc4,rc2_cbc,aes_192_cbc,aes_256_cbc,\n"
        " aes_128_cfb128]");
}

TEST_CASE("maps pack their entries as captured from federation_status", "[ctl][erlang]") {
  const auto link = term::map({a("error"), a("econnrefused"), a("exchange"), b("app-logs"), a("id"), b("16d088ae"), a("last_changed"),
                               b("2026-11-22 06:51:43"), a("local_connection"), b(""), a("queue"), b(""), a("status"), a("error"),
                               a("type"), a("exchange"), a("upstream"), b("bad-up")});
  CHECK(pretty(term::list({link})) == R"([#{error => econnrefused,exchange => <<"app-logs">>,id => <<"16d088ae">>,
   last_changed => <<"2026-11-22 06:51:43">>,local_connection => <<>>,
   queue => <<>>,status => error,type => exchange,upstream => <<"bad-up">>}])");
}

TEST_CASE("a tag that leaves too little room is followed by an indentation of four", "[ctl][erlang]") {
  // captured: cluster_status --formatter erlang
  const auto listener = term::tuple({a("listener"), a("ref3@localhost"), a("clustering"), term::text("\"localhost\""),
                                     term::tuple({term::text("127"), term::text("0"), term::text("0"), term::text("1")}),
                                     term::text("25703"), term::list({})});
  const auto all = term::list(
      {pair("partitions", term::list({})), pair("listeners", term::list({pair("ref3@localhost", term::list({listener, listener}))}))});
  CHECK(pretty(all) == R"([{partitions,[]},
 {listeners,
     [{ref3@localhost,
          [{listener,ref3@localhost,clustering,"localhost",
               {127,0,0,1},
               25703,[]},
           {listener,ref3@localhost,clustering,"localhost",
               {127,0,0,1},
               25703,[]}]}]}])");
}

TEST_CASE("atoms that are no plain words are quoted, texts beyond ASCII are marked", "[ctl][erlang]") {
  CHECK(a("http/prometheus").flat() == "'http/prometheus'");
  CHECK(a("").flat() == "''");
  CHECK(a("end").flat() == "'end'");
  CHECK(b("a\"b").flat() == "<<\"a\\\"b\">>");
  CHECK(b("grün").flat() == "<<\"grün\"/utf8>>");
  CHECK(b("").flat() == "<<>>");
}

TEST_CASE("terms of a configuration survive encryption, other passphrases and damage do not decrypt", "[ctl][pbe]") {
  for (const std::string_view text : {"<<\"secret\">>", "\"a string\"", "guest", "42", "-7", "100000", "<<>>"}) {
    const auto external = external_of(text);
    REQUIRE(external);
    CHECK(term_text_of(*external) == text);
    for (const std::string_view cipher : pbe_ciphers())
      for (const std::string_view hash : pbe_hashes()) {
        const pbe_settings how{cipher, hash, 10};
        const auto made = pbe_encrypt(*external, "passphrase", how);
        REQUIRE(made);
        CHECK(pbe_decrypt(*made, "passphrase", how) == external);
        CHECK(pbe_decrypt(*made, "another", how) != external);
      }
  }
  CHECK_FALSE(pbe_decrypt("x", "passphrase", {}));
  CHECK_FALSE(external_of("{a,tuple}"));
  // captured: rabbitmqctl encode '<<"secret">>' passphrase
  const auto captured = encrypted_of("{encrypted,<<\"jxvz01u50xRwcksih38HxT7QWtBOjbxw/Rz0OeF0Qck10dc697BFEldJiUnuMSDB\">>}");
  REQUIRE(captured);
  const auto plain = pbe_decrypt(*captured, "passphrase", {});
  REQUIRE(plain);
  CHECK(term_text_of(*plain) == "<<\"secret\">>");
}
