using System;
using System.Collections.Generic;

namespace RedGen.Compiler.Verify.Check;

/// <summary>Walks over the leaves of a tree, each as the box that it stands for.</summary>
internal static class TreeWalk
{
    /// <summary>Numbers of the boxes that may wait at once: a file must not fill the memory.</summary>
    private const long MostNumbers = 1L << 27;

    /// <summary>The leaves in their order.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="whole">The whole box.</param>
    /// <param name="places">Inputs and elements that can be split.</param>
    /// <exception cref="FormatException">The numbers are no tree over the box.</exception>
    public static IEnumerable<LeafBox> Leaves(ProofTree tree, LeafBox whole, int places)
    {
        var open = new Stack<LeafBox>();
        open.Push(whole);
        int split = 0;
        foreach (int place in tree.Inputs)
        {
            if (open.Count == 0) throw new FormatException("a tree of the certificate goes on behind its last leaf");
            if (open.Count * (2L * whole.Lower.Length) > MostNumbers) throw new FormatException("a tree of the certificate is too deep");
            LeafBox box = open.Pop();
            if (place == ProofTree.Leaf)
            {
                yield return box;
                continue;
            }

            double value = split < tree.Values.Length ? tree.Values[split++] : double.NaN;
            if (place < 0 || place >= places || !box.Holds(place, value)) throw new FormatException("a split of the certificate is not inside its box");
            open.Push(box.Above(place, value));
            open.Push(box.Below(place, value));
        }

        if (open.Count > 0 || split != tree.Values.Length) throw new FormatException("a tree of the certificate ends before its last leaf, or has values that no split uses");
    }
}
