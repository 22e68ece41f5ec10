//! Entries of the cluster: users and what they may do, high availability, measurements, certificates.

use super::{Always, Flag, Int, Map, Object, SecretKey, Word, Words, blocks};
use crate::desire::Text;

blocks! {
    /// EnvironmentUser.
    User {
        user_id: Word<'a> = "userId",
        comment: Word<'a> = "comment",
        enabled: Flag = "enabled",
        email: Word<'a> = "email",
        first_name: Word<'a> = "firstName",
        last_name: Word<'a> = "lastName",
        groups: Words<'a> = "groups",
        expiration_date: Word<'a> = "expirationDate",
        keys: Word<'a> = "keys",
        password: Object<SecretKey<'a>> = "passwordSecretRef",
        acl: Vec<Grant<'a>> = "acl",
    }
    /// A role that a user or group has at a path, said of the user or group.
    Grant { path: Word<'a> = "path", role_id: Word<'a> = "roleId", propagate: Flag = "propagate", }
    /// EnvironmentGroup.
    Group { group_id: Word<'a> = "groupId", comment: Word<'a> = "comment", acl: Vec<Grant<'a>> = "acl", }
    /// EnvironmentRole.
    Role { role_id: Word<'a> = "roleId", privileges: Always<'a> = "privileges", }
    /// EnvironmentACL.
    Acl {
        path: Word<'a> = "path",
        role_id: Word<'a> = "roleId",
        user_id: Word<'a> = "userId",
        group_id: Word<'a> = "groupId",
        token_id: Word<'a> = "tokenId",
        propagate: Flag = "propagate",
    }
    /// EnvironmentHagroup.
    HaGroup {
        group: Word<'a> = "group",
        nodes: Map<'a, i64> = "nodes",
        restricted: Flag = "restricted",
        no_failback: Flag = "noFailback",
        comment: Word<'a> = "comment",
    }
    /// EnvironmentHaresource.
    HaResource {
        resource_id: Word<'a> = "resourceId",
        kind: Word<'a> = "type",
        group: Word<'a> = "group",
        state: Word<'a> = "state",
        max_restart: Int = "maxRestart",
        max_relocate: Int = "maxRelocate",
        failback: Flag = "failback" in SINCE_1_18,
        comment: Word<'a> = "comment",
    }
    /// EnvironmentMetricsServer.
    MetricsServer {
        name: Word<'a> = "name",
        kind: Word<'a> = "type",
        server: Word<'a> = "server",
        port: Int = "port",
        disable: Flag = "disable",
        mtu: Int = "mtu",
        timeout: Int = "timeout",
        graphite_path: Word<'a> = "graphitePath",
        graphite_proto: Word<'a> = "graphiteProto",
        influx_path_prefix: Word<'a> = "influxApiPathPrefix",
        influx_bucket: Word<'a> = "influxBucket",
        influx_proto: Word<'a> = "influxDbProto",
        influx_most_bytes: Int = "influxMaxBodySize",
        influx_organization: Word<'a> = "influxOrganization",
        influx_token: Object<SecretKey<'a>> = "influxTokenSecretRef",
        influx_token_once: Object<SecretKey<'a>> = "influxTokenWoSecretRef" in SINCE_1_18,
        influx_token_version: Int = "influxTokenWoVersion" in SINCE_1_18,
        influx_verify: Flag = "influxVerify",
        telemetry_path: Word<'a> = "opentelemetryPath",
        telemetry_proto: Word<'a> = "opentelemetryProto",
        telemetry_compression: Word<'a> = "opentelemetryCompression" in SINCE_1_18,
        telemetry_headers: Object<SecretKey<'a>> = "opentelemetryHeadersSecretRef" in SINCE_1_18,
        telemetry_most_bytes: Int = "opentelemetryMaxBodySize" in SINCE_1_18,
        telemetry_attributes: Word<'a> = "opentelemetryResourceAttributes" in SINCE_1_18,
        telemetry_timeout: Int = "opentelemetryTimeout" in SINCE_1_18,
        telemetry_verify: Flag = "opentelemetryVerifySsl" in SINCE_1_18,
    }
    /// EnvironmentCertificate.
    Certificate {
        node_name: Word<'a> = "nodeName",
        certificate: Word<'a> = "certificate",
        chain: Word<'a> = "certificateChain",
        private_key: Object<SecretKey<'a>> = "privateKeySecretRef",
        overwrite: Flag = "overwrite",
    }
    /// EnvironmentAcmeAccount.
    AcmeAccount {
        name: Word<'a> = "name",
        contact: Word<'a> = "contact",
        directory: Word<'a> = "directory",
        terms: Word<'a> = "tos",
        eab_kid_text: Word<'a> = "eabKid" in ONLY_0_11,
        eab_hmac_key_text: Word<'a> = "eabHmacKey" in ONLY_0_11,
        eab_kid: Object<SecretKey<'a>> = "eabKidSecretRef" in SINCE_1_18,
        eab_hmac_key: Object<SecretKey<'a>> = "eabHmacKeySecretRef" in SINCE_1_18,
    }
    /// EnvironmentAcmeDNSPlugin.
    AcmePlugin {
        plugin: Word<'a> = "plugin",
        api: Word<'a> = "api",
        data: Map<'a, Text<'a>> = "data",
        data_once: Map<'a, Text<'a>> = "dataWo" in SINCE_1_18,
        data_version: Int = "dataWoVersion" in SINCE_1_18,
        validation_delay: Int = "validationDelay",
        disable: Flag = "disable",
        digest: Word<'a> = "digest",
    }
}
