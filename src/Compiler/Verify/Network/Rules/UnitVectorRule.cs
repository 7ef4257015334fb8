using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Linear operators of one value whose other operands are constants: what the operator makes of each unit vector is a column of the matrix.</summary>
internal static class UnitVectorRule
{
    /// <summary>Elements of all columns, with the multiply-adds of a convolution for each: a second of them.</summary>
    private const double WorkLimit = 5e8;

    /// <summary>Reads an operator that adds up elements as they are.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        Check(builder, node, builder.Length(node.Outputs[0]));
        Add(builder, node, Columns(builder, node, [.. node.Inputs.Skip(1).Select(i => Constant(builder, i))]), new double[builder.Length(node.Outputs[0])]);
    }

    /// <summary>Reads a ConvTranspose.</summary>
    public static void ConvTranspose(NetworkBuilder builder, Node node)
    {
        double[] weights = builder.Constant(node.Inputs[1]);
        int[] x = builder.Shape(node.Inputs[0]), y = builder.Shape(node.Outputs[0]);
        int outputs = builder.Length(node.Outputs[0]);
        Check(builder, node, ((double)builder.Length(node.Inputs[0]) * weights.Length / x[1]) + outputs);
        double[][] columns = Columns(builder, node, [Constant(builder, node.Inputs[1]), .. node.Inputs.Skip(2).Select(static _ => (ReferenceTensor?)null)]);
        double[] bias = node.HasInput(2) ? builder.Constant(node.Inputs[2]) : new double[y[1]];
        int channel = y.Skip(2).Aggregate(1, static (a, b) => a * b);
        Add(builder, node, columns, [.. Enumerable.Range(0, outputs).Select(i => bias[i / channel % y[1]])]);
    }

    private static void Check(NetworkBuilder builder, Node node, double column)
    {
        if (builder.Length(node.Inputs[0]) * column > WorkLimit) throw new UnverifiableException("is too large to be analysed");
    }

    /// <summary>A constant as the reference evaluation takes it; null for an input that is left out.</summary>
    public static ReferenceTensor? Constant(NetworkBuilder builder, string name)
        => name.Length == 0 ? null : ReferenceTensor.FromTensor(builder.Graph.ConstantOf(name) ?? throw new UnverifiableException("reads '" + name + "', which is not known at build time"));

    private static double[][] Columns(NetworkBuilder builder, Node node, ReferenceTensor?[] others)
    {
        Operator op = OperatorTable.Find(node.Operator)!;
        var columns = new double[builder.Length(node.Inputs[0])][];
        for (int j = 0; j < columns.Length; j++)
        {
            var unit = new ReferenceTensor(ElementType.Float64, builder.Shape(node.Inputs[0]));
            unit.Reals![j] = 1;
            columns[j] = builder.Evaluate(node, op, [unit, .. others])[0].Reals!;
        }

        return columns;
    }

    private static void Add(NetworkBuilder builder, Node node, double[][] columns, double[] bias)
    {
        var map = new LinearMapBuilder(columns.Length);
        int terms = 1;
        for (int i = 0; i < bias.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++) map.Add(j, columns[j][i]);
            terms = Math.Max(terms, columns.Count(c => c[i] != 0));
            map.EndRow();
        }

        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map.ToMap()], bias, new AffineRounding(terms)));
    }
}
