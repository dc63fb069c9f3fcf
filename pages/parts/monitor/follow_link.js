// Follows the link beside it once it is there: no button of Streamlit opens a page and leaves the URL to it.
// @ts-check
/** @param {Component} component */
export default function ({ parentElement }) {
  const place = parentElement.closest(".st-key-link-followed");
  const follow = () => {
    const link = place?.querySelector("a");
    if (link) link.click();
    else if (place?.isConnected) requestAnimationFrame(follow);
  };
  follow();
}
