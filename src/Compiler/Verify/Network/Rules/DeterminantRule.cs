using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Det of small matrices: the sum of n! products (Leibniz). Kernels eliminate in double with row pivots and round the result: the pivots' errors
/// are below 2⁻³³ of the product of the columns' largest elements, which no scaling of columns changes.
/// </summary>
internal static class DeterminantRule
{
    private const int MostRows = 4;

    /// <summary>The share of the columns' largest elements, multiplied, that elimination may lose: n²·2ⁿ·n! roundings of a double, and more.</summary>
    private const double EliminationShare = 1.0 / (1 << 12);

    /// <summary>What the product of the columns' largest elements may be: doubles are far from their ends.</summary>
    private const double LargestProduct = 1e30;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        int[] shape = builder.Shape(node.Inputs[0]);
        int n = shape[^1], length = builder.Length(node.Inputs[0]), matrices = builder.Length(name), x = builder.Index(node.Inputs[0]);
        if (n is 0 or > MostRows) throw new UnverifiableException("is of matrices of no rows, or of more than " + MostRows);
        // All matrices' products of each permutation, one behind the other.
        int[][] permutations = [.. Permutations(n)];
        int count = permutations.Length * matrices;
        int Element(int at, int row) => (at / permutations.Length * n * n) + (row * n) + permutations[at % permutations.Length][row];
        Operand Factors(int row) => new(x, length, [.. Enumerable.Range(0, count).Select(at => Element(at, row))]);
        int product = builder.AddHidden(new AffineNode(name, [x], [Factors(0).Map()], new double[count], null));
        for (int row = 1; row < n; row++) product = ProductRule.AddExact(builder, name, new Operand(product, count, [.. Enumerable.Range(0, count)]), Factors(row));
        var signs = new LinearMapBuilder(count);
        for (int m = 0; m < matrices; m++)
        {
            for (int p = 0; p < permutations.Length; p++) signs.Add((m * permutations.Length) + p, Sign(permutations[p]));
            signs.EndRow();
        }

        // The columns' sizes come first: errors are relative to them too.
        int sizes = ColumnSizes(builder, name, x, length, n, matrices);
        LinearMap none = LinearMapBuilder.Selection(matrices, [.. Enumerable.Repeat(-1, matrices)]);
        LinearMap beside = LinearMapBuilder.Selection(matrices, [.. Enumerable.Range(0, matrices)], [.. Enumerable.Repeat(EliminationShare, matrices)]);
        builder.Add(name, new AffineNode(name, [sizes, product], [none, signs.ToMap()], new double[matrices], new AffineRounding(1) { Beside = beside }));
    }

    /// <summary>Adds the product of each matrix's columns' largest magnitudes.</summary>
    private static int ColumnSizes(NetworkBuilder builder, string name, int x, int length, int n, int matrices)
    {
        int sizes = builder.AddHidden(new ActivationNode(name, length, x, new AbsActivation()));
        int largest = builder.AddHidden(new MaxNode(name, sizes, [.. Enumerable.Range(0, matrices * n).Select(c => (System.Collections.Immutable.ImmutableArray<int>)[.. Enumerable.Range(0, n).Select(row => (c / n * n * n) + (row * n) + (c % n))])]));
        Operand Column(int c) => new(largest, matrices * n, [.. Enumerable.Range(0, matrices).Select(m => (m * n) + c)]);
        int product = builder.AddHidden(new AffineNode(name, [largest], [Column(0).Map()], new double[matrices], null));
        for (int c = 1; c < n; c++) product = ProductRule.AddExact(builder, name, new Operand(product, matrices, [.. Enumerable.Range(0, matrices)]), Column(c));
        int copy = builder.AddHidden(new AffineNode(name, [product], [LinearMapBuilder.Identity(matrices)], new double[matrices], AffineRounding.OfNoCode));
        return builder.AddHidden(new ActivationNode(name, matrices, copy, new WithinActivation(-LargestProduct, LargestProduct)));
    }

    private static IEnumerable<int[]> Permutations(int n)
    {
        if (n == 0) return [[]];
        return Permutations(n - 1).SelectMany(p => Enumerable.Range(0, n).Select(at => p.Take(at).Append(n - 1).Concat(p.Skip(at)).ToArray()));
    }

    private static double Sign(int[] permutation)
    {
        int inversions = 0;
        for (int i = 0; i < permutation.Length; i++)
            for (int j = i + 1; j < permutation.Length; j++) inversions += permutation[i] > permutation[j] ? 1 : 0;
        return inversions % 2 == 0 ? 1 : -1;
    }
}
