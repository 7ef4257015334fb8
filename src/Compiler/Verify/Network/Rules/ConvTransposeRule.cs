using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>ConvTranspose with constant weights: what the operator makes of each unit vector, without the bias, is a column of the matrix.</summary>
internal static class ConvTransposeRule
{
    /// <summary>Multiply-adds of all evaluations: a second of them.</summary>
    private const double WorkLimit = 5e8;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        double[] weights = builder.Constant(node.Inputs[1]);
        int[] x = Shape(builder, node.Inputs[0]), y = Shape(builder, node.Outputs[0]);
        int inputs = builder.Length(node.Inputs[0]), outputs = builder.Length(node.Outputs[0]);
        double column = ((double)inputs * weights.Length / x[1]) + outputs;
        if (inputs * column > WorkLimit) throw new UnverifiableException("is too large to be analysed");
        Operator op = OperatorTable.Find(node.Operator)!;
        var columns = new double[inputs][];
        for (int j = 0; j < inputs; j++)
        {
            var unit = new ReferenceTensor(ElementType.Float64, x);
            unit.Reals![j] = 1;
            columns[j] = builder.Evaluate(node, op, [unit, ReferenceTensor.FromTensor(builder.Graph.ConstantOf(node.Inputs[1])!), .. node.Inputs.Skip(2).Select(static _ => (ReferenceTensor?)null)])[0].Reals!;
        }

        var map = new LinearMapBuilder(inputs);
        int terms = 1;
        for (int i = 0; i < outputs; i++)
        {
            for (int j = 0; j < inputs; j++) map.Add(j, columns[j][i]);
            terms = Math.Max(terms, columns.Count(c => c[i] != 0));
            map.EndRow();
        }

        double[] bias = node.HasInput(2) ? builder.Constant(node.Inputs[2]) : new double[y[1]];
        int channel = y.Skip(2).Aggregate(1, static (a, b) => a * b);
        double[] all = [.. Enumerable.Range(0, outputs).Select(i => bias[i / channel % y[1]])];
        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map.ToMap()], all, new AffineRounding(terms)));
    }

    private static int[] Shape(NetworkBuilder builder, string name) => builder.Graph.TensorTypeOf(name)!.Shape!.ToArray();
}
