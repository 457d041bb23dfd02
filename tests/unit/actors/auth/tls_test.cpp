#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "actors/auth/certificate_identity.hpp"
#include "actors/auth/tls_context.hpp"

using namespace warren::actors;
namespace fs = std::filesystem;

namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using certificate_ptr = std::unique_ptr<X509, void (*)(X509*)>;

key_ptr make_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

/// A self-signed certificate with these subject entries, in this order.
certificate_ptr make_certificate(EVP_PKEY* key, const std::vector<std::pair<const char*, std::string>>& subject,
                                 const char* alternative_names = nullptr) {
  certificate_ptr out{X509_new(), X509_free};
  X509_set_version(out.get(), 2);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), 3600);
  X509_set_pubkey(out.get(), key);
  X509_NAME* name = X509_get_subject_name(out.get());
  for (const auto& [field, value] : subject)
    X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(value.data()),
                               static_cast<int>(value.size()), -1, 0);
  if (alternative_names) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_names);
    X509_add_ext(out.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(out.get(), key, EVP_sha256());
  return out;
}

struct files {
  fs::path root;
  key_ptr key = make_key(), other_key = make_key();
  tls_options options;

  files() {
    char name[] = "/tmp/warren-tls-XXXXXX";
    root = mkdtemp(name);
    const auto certificate = make_certificate(key.get(), {{"CN", "server"}});
    options.certfile = root / "cert.pem";
    options.keyfile = root / "key.pem";
    write_pem("cert.pem", [&](BIO* to) { PEM_write_bio_X509(to, certificate.get()); });
    write_pem("key.pem",
              [&](BIO* to) { PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  }
  ~files() { fs::remove_all(root); }

  template <class F>
  void write_pem(const std::string& name, F&& write) {
    BIO* file = BIO_new_file((root / name).c_str(), "w");
    write(file);
    BIO_free(file);
  }
  std::string refusal() {
    const auto made = make_server_context(options);
    REQUIRE_FALSE(made.ok());
    return made.failure().text;
  }
};

}  // namespace

TEST_CASE("A distinguished name is written as RabbitMQ writes it") {
  const auto key = make_key();
  // What rabbit_cert_info:subject/1 of 3.10.8 prints for this certificate.
  const auto certificate = make_certificate(key.get(), {{"C", "DE"},
                                                        {"ST", "B\xC3\xBC"},
                                                        {"O", "A, \"B\" "},
                                                        {"OU", " sp "},
                                                        {"CN", "client \\ <x>;"},
                                                        {"emailAddress", "a@b.c"},
                                                        {"serialNumber", "77"},
                                                        {"UID", "u1"},
                                                        {"DC", "dd"}});
  CHECK(
      distinguished_name(certificate.get()) ==
      R"(DC=dd,UID=u1,SERIALNUMBER=77,EMAILADDRESS=a@b.c,CN=client \\ \<x\>\;,OU=\ sp\ ,O=A\, \"B\"\ ,ST=B\C3\BC,C=DE)");
}

TEST_CASE("EXTERNAL takes the user from where ssl_cert_login_from says") {
  const auto key = make_key();
  const auto certificate = make_certificate(key.get(), {{"O", "org"}, {"CN", "one"}, {"CN", "two"}},
                                            "DNS:a.example,DNS:b.example,IP:10.0.0.1,email:m@x.y,URI:urn:z");
  certificate_login_options options;
  CHECK(certificate_user(certificate.get(), options) == "CN=two,CN=one,O=org");
  options.from = certificate_login::common_name;
  CHECK(certificate_user(certificate.get(), options) == "one,two");
  options.from = certificate_login::subject_alternative_name;
  CHECK(certificate_user(certificate.get(), options) == "a.example");
  options.san_index = 1;
  CHECK(certificate_user(certificate.get(), options) == "b.example");
  options.san_index = 2;
  CHECK_FALSE(certificate_user(certificate.get(), options));
  options = {certificate_login::subject_alternative_name, san_kind::ip, 0};
  CHECK(certificate_user(certificate.get(), options) == "10.0.0.1");
  options.san = san_kind::email;
  CHECK(certificate_user(certificate.get(), options) == "m@x.y");
  options.san = san_kind::uri;
  CHECK(certificate_user(certificate.get(), options) == "urn:z");
  const auto plain = make_certificate(key.get(), {{"O", "org"}});
  CHECK_FALSE(certificate_user(plain.get(), options));
  CHECK_FALSE(certificate_user(plain.get(), {certificate_login::common_name, san_kind::dns, 0}));
}

TEST_CASE_METHOD(files, "A context is made of certificate and key, old protocols are off") {
  const auto made = make_server_context(options);
  REQUIRE(made.ok());
  CHECK(SSL_CTX_get_min_proto_version((*made)->native_handle()) == TLS1_2_VERSION);
  CHECK(SSL_CTX_get_verify_mode((*made)->native_handle()) == SSL_VERIFY_NONE);
}

TEST_CASE_METHOD(files, "Versions, ciphers and peer verification are set as configured") {
  options.cacertfile = options.certfile;
  options.verify_peer = options.fail_if_no_peer_cert = true;
  options.depth = 3;
  options.versions = {"tlsv1.2"};
  options.ciphers = {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256"};
  const auto made = make_server_context(options);
  if (!made) FAIL(made.failure().text);
  SSL_CTX* ctx = (*made)->native_handle();
  CHECK(SSL_CTX_get_verify_mode(ctx) == (SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT));
  CHECK(SSL_CTX_get_verify_depth(ctx) == 3);
  CHECK((SSL_CTX_get_options(ctx) & SSL_OP_NO_TLSv1_3) != 0);
  CHECK((SSL_CTX_get_options(ctx) & SSL_OP_NO_TLSv1_2) == 0);
}

TEST_CASE_METHOD(files, "What is wrong with a file is said with its option and name") {
  const auto cert = options.certfile, key_file = options.keyfile;
  options.certfile = root / "none.pem";
  CHECK(refusal() == "ssl_options.certfile = " + options.certfile + ": No such file or directory");
  options.certfile = "";
  CHECK(refusal() == "ssl_options.certfile is not set");
  options.certfile = key_file;
  CHECK(refusal().starts_with("ssl_options.certfile = " + key_file + ": no certificate in PEM form"));
  options.certfile = cert;
  options.keyfile = cert;
  CHECK(refusal().starts_with("ssl_options.keyfile = " + cert + ": no private key in PEM form"));
  std::ofstream(root / "empty.pem");
  options.keyfile = root / "empty.pem";
  CHECK(refusal() == "ssl_options.keyfile = " + options.keyfile + ": is empty");
  write_pem("other.pem",
            [&](BIO* to) { PEM_write_bio_PrivateKey(to, other_key.get(), nullptr, nullptr, 0, nullptr, nullptr); });
  options.keyfile = root / "other.pem";
  CHECK(refusal() == "ssl_options.keyfile = " + options.keyfile + ": is not the key of the certificate " + cert);
  options.keyfile = key_file;
  options.cacertfile = root / "no-ca.pem";
  CHECK(refusal() == "ssl_options.cacertfile = " + options.cacertfile + ": No such file or directory");
  options.cacertfile = "";
  options.ciphers = {"NOT-A-CIPHER"};
  CHECK(refusal() == "ssl_options.ciphers: OpenSSL knows none of NOT-A-CIPHER");
}

TEST_CASE_METHOD(files, "An encrypted key needs the right passphrase and never asks the terminal for it") {
  char phrase[] = "open sesame";
  write_pem("locked.pem",
            [&](BIO* to) { PEM_write_bio_PrivateKey(to, key.get(), EVP_aes_128_cbc(), nullptr, 0, nullptr, phrase); });
  options.keyfile = root / "locked.pem";
  CHECK(refusal().find("ssl_options.password") != std::string::npos);
  options.password = "wrong";
  CHECK(refusal().find("ssl_options.password") != std::string::npos);
  options.password = phrase;
  CHECK(make_server_context(options).ok());
}
