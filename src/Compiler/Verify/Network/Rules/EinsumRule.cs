using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Linear;
using RedGen.Compiler.Operators.Shaping;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Einsum of one or two operands: sums of elements, or of products.</summary>
internal static class EinsumRule
{
    /// <summary>Products of all outputs.</summary>
    private const long ProductLimit = 1 << 20;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (node.Inputs.Length > 2) throw new UnverifiableException("multiplies more than two operands");
        EinsumEquation equation = Einsum.Equation(builder.Parameters(node));
        int[][] operands = [.. node.Inputs.Select(builder.Shape)];
        Dictionary<char, int> lengths = equation.Lengths(operands)!;
        int[] outer = builder.Shape(name), summed = [.. equation.Summed.Select(l => lengths[l])];
        if (Positions.Product(outer) * Positions.Product(summed) > ProductLimit) throw new UnverifiableException("has more products than the analysis has memory for");
        if (summed.Contains(0)) throw new UnverifiableException("adds up nothing");
        string labels = equation.Output + equation.Summed;
        int[][] strides = [.. operands.Select((o, i) => labels.Select(l => EinsumEquation.Stride(equation.Operands[i], o, l)).ToArray())];
        var products = new ProductSums();
        foreach (int[] position in Positions.All(outer))
        {
            foreach (int[] inner in Positions.All(summed))
            {
                int[] place = [.. position, .. inner];
                // Of one operand the other factor is the constant 1.
                products.Add(At(place, strides[0]), strides.Length == 1 ? 0 : At(place, strides[1]));
            }

            products.End();
        }

        FactorValues left = FactorValues.Of(builder, node.Inputs[0]), right = node.Inputs.Length == 1 ? new FactorValues(-1, 1, [1]) : FactorValues.Of(builder, node.Inputs[1]);
        AffineSum sum = products.Of(builder, name, left, right, 1);
        builder.Add(name, sum.ToNode(name, new AffineRounding(products.MostTerms + 1) { Beside = products.Cancelled }));
    }

    private static int At(int[] place, int[] strides) => place.Select((p, a) => p * strides[a]).Sum();
}
