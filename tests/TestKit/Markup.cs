using System.Collections.Generic;
using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace RedGen.TestKit;

/// <summary>C# in which <c>{|RG1001:code|}</c> marks where a diagnostic is expected.</summary>
/// <param name="Text">The C# without the marks.</param>
/// <param name="Spans">What was marked, and with which id.</param>
public sealed record Markup(string Text, ImmutableArray<(string Id, TextSpan Span)> Spans)
{
    /// <summary>Reads marked code.</summary>
    public static Markup Parse(string marked)
    {
        var text = new StringBuilder();
        var open = new Stack<(string Id, int Start)>();
        ImmutableArray<(string Id, TextSpan Span)>.Builder spans = ImmutableArray.CreateBuilder<(string Id, TextSpan Span)>();
        for (int i = 0; i < marked.Length; i++)
        {
            if (At(marked, i, "{|"))
            {
                int colon = marked.IndexOf(':', i);
                open.Push((marked[(i + 2)..colon], text.Length));
                i = colon;
            }
            else if (At(marked, i, "|}"))
            {
                (string id, int start) = open.Pop();
                spans.Add((id, TextSpan.FromBounds(start, text.Length)));
                i++;
            }
            else
            {
                text.Append(marked[i]);
            }
        }

        return new Markup(text.ToString(), spans.ToImmutable());
    }

    private static bool At(string text, int index, string part) => string.CompareOrdinal(text, index, part, 0, part.Length) == 0;
}
