using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace RedGen.Compiler.Operators.Linear;

/// <summary>
/// An equation of Einsum for operands of known rank. Each axis has a label: a letter, or for the axes that an ellipsis stands for a digit that
/// counts from the last of them, so that they broadcast as numpy's do.
/// </summary>
/// <param name="Operands">The labels of each operand's axes.</param>
/// <param name="Output">The labels of the output's axes.</param>
internal sealed record EinsumEquation(ImmutableArray<string> Operands, string Output)
{
    /// <summary>More axes than this no ellipsis stands for.</summary>
    private const int MaxEllipsis = 64;

    /// <summary>The first of the characters that label the axes of an ellipsis.</summary>
    private const char FirstOfEllipsis = '\u0100';

    /// <summary>The labels that are summed over, in the order in which they appear.</summary>
    public string Summed => new([.. string.Concat(Operands).Distinct().Where(l => Output.IndexOf(l) < 0)]);

    /// <summary>Reads an equation.</summary>
    /// <param name="text">The equation.</param>
    /// <param name="ranks">The ranks of the operands.</param>
    /// <param name="problem">What is wrong with it.</param>
    public static EinsumEquation? TryParse(string text, IReadOnlyList<int> ranks, out string problem)
    {
        text = text.Replace(" ", "");
        int arrow = text.IndexOf("->", StringComparison.Ordinal);
        string[] terms = (arrow < 0 ? text : text.Substring(0, arrow)).Split(',');
        problem = terms.Length != ranks.Count ? "the equation has another number of operands than the node" : "";
        var operands = new List<string>();
        int widest = 0;
        for (int i = 0; i < terms.Length && problem.Length == 0; i++)
        {
            int letters = terms[i].Replace("...", "").Length;
            bool hasEllipsis = letters != terms[i].Length;
            int hidden = ranks[i] - letters;
            if (hidden < 0 || (hidden > 0 && !hasEllipsis) || hidden > MaxEllipsis) problem = "a term has another number of axes than its operand";
            else operands.Add(Labels(terms[i], hidden, ref problem));
            widest = Math.Max(widest, hidden);
        }

        if (problem.Length > 0) return null;
        string output = arrow < 0 ? Implied(operands, widest) : Labels(text.Substring(arrow + 2), widest, ref problem);
        if (problem.Length == 0 && output.Distinct().Count() != output.Length) problem = "the output names an axis twice";
        if (problem.Length == 0 && output.Any(l => l < FirstOfEllipsis && !operands.Any(o => o.IndexOf(l) >= 0))) problem = "the output names an axis that no operand has";
        return problem.Length == 0 ? new EinsumEquation([.. operands], output) : null;
    }

    /// <summary>The length of each label, or null where lengths differ; 1 broadcasts.</summary>
    public Dictionary<char, int>? Lengths(IReadOnlyList<int[]> operands)
    {
        var lengths = new Dictionary<char, int>();
        for (int i = 0; i < Operands.Length; i++)
        {
            for (int axis = 0; axis < operands[i].Length; axis++)
            {
                char label = Operands[i][axis];
                int length = operands[i][axis];
                if (!lengths.TryGetValue(label, out int known) || known == 1) lengths[label] = length;
                else if (length != 1 && length != known) return null;
            }
        }

        return lengths;
    }

    /// <summary>How far an operand moves along a label: an axis that occurs twice moves along its diagonal, one that is broadcast stays.</summary>
    public static int Stride(string labels, int[] lengths, char label)
    {
        int stride = 0;
        int step = 1;
        for (int axis = lengths.Length - 1; axis >= 0; axis--)
        {
            if (labels[axis] == label && lengths[axis] != 1) stride += step;
            step = unchecked(step * lengths[axis]);
        }

        return stride;
    }

    /// <summary>Without an arrow the output has the ellipsis and the letters that occur once, in alphabetical order.</summary>
    private static string Implied(List<string> operands, int widest)
    {
        string all = string.Concat(operands);
        return Ellipsis(widest) + new string([.. all.Where(l => l < FirstOfEllipsis && all.IndexOf(l) == all.LastIndexOf(l)).OrderBy(l => l)]);
    }

    private static string Labels(string term, int hidden, ref string problem)
    {
        int dots = term.IndexOf("...", StringComparison.Ordinal);
        string labels = dots < 0 ? term : term.Substring(0, dots) + Ellipsis(hidden) + term.Substring(dots + 3);
        if (labels.Any(l => l < FirstOfEllipsis && l is not ((>= 'a' and <= 'z') or (>= 'A' and <= 'Z')))) problem = "the equation holds a character that is no letter";
        return labels;
    }

    private static string Ellipsis(int count) => new([.. Enumerable.Range(0, count).Select(i => (char)(FirstOfEllipsis + count - 1 - i))]);
}
