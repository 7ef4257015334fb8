using System.Text;

namespace RedGen.Compiler.Emit;

/// <summary>Names and texts from a model inside XML documentation: escaped, on one line.</summary>
internal static class XmlText
{
    /// <summary>Escapes markup and replaces what XML 1.0 or a comment line cannot hold.</summary>
    public static string Escape(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            switch (c)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                default:
                    bool allowed = c >= ' ' && c is not ('\u0085' or '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF') && !char.IsSurrogate(c) && !char.IsControl(c);
                    result.Append(allowed ? c : ' ');
                    break;
            }
        }

        return result.ToString();
    }
}
