import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"71. A key belongs to a user, and only what the caller gave is compared","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0071-idempotency-keys-belong-to-a-user.md","filePath":"docs/project/decisions/0071-idempotency-keys-belong-to-a-user.md"}');
const _sfc_main = { name: "project/decisions/0071-idempotency-keys-belong-to-a-user.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_71-a-key-belongs-to-a-user-and-only-what-the-caller-gave-is-compared" tabindex="-1">71. A key belongs to a user, and only what the caller gave is compared <a class="header-anchor" href="#_71-a-key-belongs-to-a-user-and-only-what-the-caller-gave-is-compared" aria-label="Permalink to &quot;71. A key belongs to a user, and only what the caller gave is compared&quot;">​</a></h1><ul><li><strong>Area:</strong> Interceptors</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Most apps take keys from the header of a client and have no tenant. A key that all users share gives one user the output of another. Behind a model, every honest repeat has other inputs from earlier stages.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>The user is a part of the key by default. Inputs from earlier stages aren&#39;t compared. All pipelines without a name have one name, so a key is refused there.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>Waiting callers stop after 30 seconds, because time limits inside don&#39;t bound the wait. Code that outlives its run releases its key when it returns. Its lease isn&#39;t renewed meanwhile: no timer outlives a run, and code that hangs must not block its key forever.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0071-idempotency-keys-belong-to-a-user.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0071IdempotencyKeysBelongToAUser = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0071IdempotencyKeysBelongToAUser as default
};
