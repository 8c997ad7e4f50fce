-- Who may ask: API tokens as SHA-256, with their roles as text ("analyst:prod engineer:*"). A token that was revoked stays, so that what it did keeps a name. Texts go through StoredText.

create table api_token (
    id            text collate "C"    not null primary key,
    name          text collate "C"    not null,
    token_sha256  bytea               not null unique,
    roles         text collate "C"    not null,
    created_us    bigint              not null,
    created_by    text collate "C"    not null,
    expires_us    bigint,
    revoked_us    bigint
);
