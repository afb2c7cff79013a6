import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"20. Ids come from crypto.randomUUID, without a fallback","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0020-ids-from-random-uuid.md","filePath":"docs/project/decisions/0020-ids-from-random-uuid.md"}');
const _sfc_main = { name: "project/decisions/0020-ids-from-random-uuid.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_20-ids-come-from-crypto-randomuuid-without-a-fallback" tabindex="-1">20. Ids come from <code>crypto.randomUUID</code>, without a fallback <a class="header-anchor" href="#_20-ids-come-from-crypto-randomuuid-without-a-fallback" aria-label="Permalink to &quot;20. Ids come from \`crypto.randomUUID\`, without a fallback&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: stages, runs and children</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Every runtime that we support has it. Browsers have it only in secure contexts.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Core calls <code>crypto.randomUUID</code>.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>In an insecure page it throws. A homemade id that may collide is worse than an error.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0020-ids-from-random-uuid.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0020IdsFromRandomUuid = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0020IdsFromRandomUuid as default
};
