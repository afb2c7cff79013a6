import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"10. A release bumps only the packages that changed","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0010-changesets-bump-what-changed.md","filePath":"docs/project/decisions/0010-changesets-bump-what-changed.md"}');
const _sfc_main = { name: "project/decisions/0010-changesets-bump-what-changed.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_10-a-release-bumps-only-the-packages-that-changed" tabindex="-1">10. A release bumps only the packages that changed <a class="header-anchor" href="#_10-a-release-bumps-only-the-packages-that-changed" aria-label="Permalink to &quot;10. A release bumps only the packages that changed&quot;">​</a></h1><ul><li><strong>Area:</strong> Workspace and checks</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-25</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>If a release of core lifted its peer ranges, every minor version of core would force the users of every plugin to update.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p>Packages have their own versions. Peers on core are written by hand (<code>^1.0.0</code>). <code>bumpVersionsWithWorkspaceProtocolOnly</code> keeps a release of core from lifting them.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>You write the range of a peer yourself, starting at the oldest version that works.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0010-changesets-bump-what-changed.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0010ChangesetsBumpWhatChanged = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0010ChangesetsBumpWhatChanged as default
};
