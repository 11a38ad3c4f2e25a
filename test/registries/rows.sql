INSERT INTO thing VALUES ('thing-1', 1000), ('thing-2', 1000);
INSERT INTO certificate (id, status, pem, spki, not_after, created) VALUES
('c776490513b1611b97042fe4eca2ff1e71d41675114ac6d0b1ade0dfa6013dbd',
 'ACTIVE', '-----BEGIN CERTIFICATE-----
MIIBejCCAR+gAwIBAgIUWyvxpn8jnasnDKF9Q7bt8efc5ZgwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGhpbmctMTAeFw0yNjExMzAyMTA3MjhaFw0zNjExMjcyMTA3
MjhaMBIxEDAOBgNVBAMMB3RoaW5nLTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQhQklHQtAxEKQSgl2Li6fiWrk6Ao89itI/e96po6axARgGcTBHUZ/XCAtecq53
C6EF3E0SvGHu+TnW76Uk2k+xo1MwUTAdBgNVHQ4EFgQUz70JyRfpna2LZzsrd2mj
7VA5CmUwHwYDVR0jBBgwFoAUz70JyRfpna2LZzsrd2mj7VA5CmUwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEAjM9v24SgPoxKzwtJmc6GgetH15/C
lmCluSXgPq/G7c0CIQCayE1ojVCApzfMXN9yo5R9b1Cojlj/1x6ywA0kpCo6Fw==
-----END CERTIFICATE-----
', 'spki-old', 4000000000000, 1000),
('12aa39d0bbd708fe4014b37f2d020829cf8a52f30193c8eb88f825fbb10fc542',
 'ACTIVE', '-----BEGIN CERTIFICATE-----
MIIBeTCCAR+gAwIBAgIUBSPFQu7QshUMBZnUqW4n4OLpDc0wCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGhpbmctMTAeFw0yNjExMzAyMTA3MjlaFw0zNjExMjcyMTA3
MjlaMBIxEDAOBgNVBAMMB3RoaW5nLTEwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AARGT61BkWFtnefbjQRv8xA8IkRXG5VnaPrDbcSDbANjyVy7r9JafhILuFqwH5Nh
O5noF4Y8EYPRqNWDxA7hYkuYo1MwUTAdBgNVHQ4EFgQUsmCXoHXEpQdNqtjXgXaW
UTerCM8wHwYDVR0jBBgwFoAUsmCXoHXEpQdNqtjXgXaWUTerCM8wDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAqCwTRIUZ3rtGpsoUqqmtjXfR2nbI
pyalKfmE76mGKHcCIAE7mt0LIX3d90hFt1+3n70matf4LjawOxkA8Ht4+pvW
-----END CERTIFICATE-----
', 'spki-new', 4000000000000, 2000),
('retired', 'INACTIVE', 'unreadable', 'spki-retired', 5000, 500);
UPDATE certificate SET retired = 1500 WHERE id = 'retired';
INSERT INTO principal VALUES
('c776490513b1611b97042fe4eca2ff1e71d41675114ac6d0b1ade0dfa6013dbd',
 'thing-1', 1000),
('12aa39d0bbd708fe4014b37f2d020829cf8a52f30193c8eb88f825fbb10fc542',
 'thing-1', 2000),
('retired', 'thing-2', 500);
INSERT INTO policy VALUES ('device', '{"Version":"2012-10-17","Statement":[]}');
INSERT INTO certificate_policy VALUES
('c776490513b1611b97042fe4eca2ff1e71d41675114ac6d0b1ade0dfa6013dbd',
 'device');
INSERT INTO thing_group VALUES ('group-1', 1000);
INSERT INTO member VALUES ('group-1', 'thing-1');
INSERT INTO seen_key VALUES ('spki-old', 'thing-1', 1000), ('spki-new', 'thing-1', 2000);
INSERT INTO revoked (certificate, thing, serial, revoked) VALUES ('gone', 'thing-2', '0A', 700);
INSERT INTO job (id, document, status, created, updated) VALUES
('job-1', '{"operation":"ROTATE_CERTIFICATE"}', 'IN_PROGRESS', 1900, 1900),
('job-0', '{"operation":"ROTATE_CERTIFICATE"}', 'COMPLETED', 900, 1400);
INSERT INTO job_target VALUES ('job-1', 'thing/thing-1');
INSERT INTO execution (id, thing, job, number, status, queued, started, updated) VALUES
(1, 'thing-2', 'job-0', 1, 'SUCCEEDED', 900, 1000, 1400),
(2, 'thing-1', 'job-1', 1, 'IN_PROGRESS', 1900, 1950, 2000),
(9, 'thing-2', 'job-1', 1, 'QUEUED', 1900, NULL, 1900);
DELETE FROM execution WHERE id = 9;
INSERT INTO rotation (id, execution, thing, job, number, client, old, new, spki, csr, pem,
 requested, used, survivor, decided, retired) VALUES
(1, 1, 'thing-2', 'job-0', 1, 'thing-2', 'retired', 'gone', 'spki-gone', 'csr', 'pem', 1000, 1200,
 'NEW', 1400, 1500),
(2, 2, 'thing-1', 'job-1', 1, 'thing-1',
 'c776490513b1611b97042fe4eca2ff1e71d41675114ac6d0b1ade0dfa6013dbd',
 '12aa39d0bbd708fe4014b37f2d020829cf8a52f30193c8eb88f825fbb10fc542',
 'spki-new', 'csr', 'pem', 2000, NULL, NULL, NULL, NULL);
INSERT INTO session VALUES ('thing-1',
 'c776490513b1611b97042fe4eca2ff1e71d41675114ac6d0b1ade0dfa6013dbd',
 1000, 1);
INSERT INTO outbox (topic, payload) VALUES ('topic', 'payload');
INSERT INTO alarm (at, kind, thing, certificate, text, count) VALUES
(1400, 'retired-used', 'thing-2', 'retired', 'it connected', 3);
