using System.Collections.Generic;
using System.Globalization;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>A C# expression for a sum of loop variables times strides.</summary>
internal sealed class IndexText
{
    private readonly List<string> _added = [];
    private readonly List<string> _subtracted = [];

    /// <summary>Adds a constant.</summary>
    public IndexText Add(int offset)
    {
        if (offset != 0) _added.Add(Number(offset));
        return this;
    }

    /// <summary>Adds an expression that binds at least as tight as a product.</summary>
    public IndexText Add(string term)
    {
        if (term.Length > 0 && term != "0") _added.Add(term);
        return this;
    }

    /// <summary>Adds a variable times a stride.</summary>
    public IndexText Add(string variable, int stride)
    {
        if (stride == 0) return this;
        int size = stride < 0 ? -stride : stride;
        (stride < 0 ? _subtracted : _added).Add(size == 1 ? variable : "(" + variable + " * " + Number(size) + ")");
        return this;
    }

    /// <summary>The expression; without outer parentheses.</summary>
    public override string ToString()
    {
        string sum = _added.Count == 0 ? "" : string.Join(" + ", _added);
        if (_added.Count == 1 && _subtracted.Count == 0 && IsWrapped(sum)) sum = sum.Substring(1, sum.Length - 2);
        foreach (string term in _subtracted) sum += (sum.Length == 0 ? "-" : " - ") + term;
        return sum.Length == 0 ? "0" : sum;
    }

    /// <summary>Whether the first parenthesis closes with the last character.</summary>
    private static bool IsWrapped(string text)
    {
        int depth = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (depth == 0) return i > 0 && i == text.Length - 1;
        }

        return false;
    }

    /// <summary>A number as C# text.</summary>
    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>The name of a loop variable at a depth.</summary>
    public static string Variable(int depth)
    {
        const string Letters = "ijklmnpqrstuvw";
        return depth < Letters.Length ? Letters.Substring(depth, 1) : "i" + Number(depth);
    }
}
