using System;
using System.Collections.Generic;

namespace RedGen.Compiler.Verify.Check;

/// <summary>Walks over the leaves of a tree, each as the box that it stands for.</summary>
internal static class TreeWalk
{
    /// <summary>The leaves in their order.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="lower">The lower ends of the whole box.</param>
    /// <param name="upper">The upper ends.</param>
    /// <exception cref="FormatException">The numbers are no tree over the box.</exception>
    public static IEnumerable<(double[] Lower, double[] Upper)> Leaves(ProofTree tree, double[] lower, double[] upper)
    {
        (lower, upper) = ((double[])lower.Clone(), (double[])upper.Clone());
        var open = new Stack<Split>();
        int split = 0;
        bool isDone = false;
        foreach (int input in tree.Inputs)
        {
            if (isDone) throw new FormatException("a tree of the certificate goes on behind its last leaf");
            if (input != ProofTree.Leaf)
            {
                double value = split < tree.Values.Length ? tree.Values[split++] : double.NaN;
                if (input < 0 || input >= lower.Length || !(value >= lower[input] && value <= upper[input])) throw new FormatException("a split of the certificate is not inside its box");
                open.Push(new Split(input, value, upper[input], IsUpper: false));
                upper[input] = value;
                continue;
            }

            yield return ((double[])lower.Clone(), (double[])upper.Clone());
            isDone = Next(open, lower, upper);
        }

        if (!isDone || split != tree.Values.Length) throw new FormatException("a tree of the certificate ends before its last leaf, or has values that no split uses");
    }

    /// <summary>Goes to the part behind a leaf.</summary>
    /// <returns>Whether there is none.</returns>
    private static bool Next(Stack<Split> open, double[] lower, double[] upper)
    {
        while (open.Count > 0)
        {
            Split split = open.Pop();
            if (split.IsUpper)
            {
                lower[split.Input] = split.Other;
                continue;
            }

            open.Push(new Split(split.Input, split.Value, lower[split.Input], IsUpper: true));
            (lower[split.Input], upper[split.Input]) = (split.Value, split.Other);
            return false;
        }

        return true;
    }

    /// <summary>A split whose part is being visited: the lower one, or the upper one; and the end of the box that it moved.</summary>
    private readonly record struct Split(int Input, double Value, double Other, bool IsUpper);
}
