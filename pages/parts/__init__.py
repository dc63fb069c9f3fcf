"""Parts of pages: the only code besides the pages themselves that knows Streamlit."""
