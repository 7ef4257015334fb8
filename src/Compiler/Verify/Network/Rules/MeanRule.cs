using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Sums and means of elements, linear and without a constant: what the operator makes of each unit vector is a column of the matrix.</summary>
internal static class MeanRule
{
    /// <summary>Elements of an input: the operator is evaluated once for each.</summary>
    private const int InputLimit = 1 << 14;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        Operator op = OperatorTable.Find(node.Operator)!;
        string input = node.Inputs[0];
        int length = builder.Length(input);
        if (length > InputLimit) throw new UnverifiableException("has more than 16384 inputs");
        int[] shape = builder.Graph.TensorTypeOf(input)!.Shape!.ToArray();
        ReferenceTensor?[] inputs = [null, .. node.Inputs.Skip(1).Select(i => i.Length == 0 ? null : ReferenceTensor.FromTensor(builder.Graph.ConstantOf(i) ?? throw new UnverifiableException("reads '" + i + "', which is not known at build time")))];
        var columns = new double[length][];
        for (int j = 0; j < length; j++)
        {
            inputs[0] = new ReferenceTensor(ElementType.Float64, shape);
            inputs[0]!.Reals![j] = 1;
            columns[j] = builder.Evaluate(node, op, inputs)[0].Reals!;
        }

        int outputs = builder.Length(node.Outputs[0]);
        var map = new LinearMapBuilder(length);
        int terms = 1;
        for (int i = 0; i < outputs; i++)
        {
            int count = 0;
            for (int j = 0; j < length; j++)
            {
                map.Add(j, columns[j][i]);
                if (columns[j][i] != 0) count++;
            }

            terms = System.Math.Max(terms, count);
            map.EndRow();
        }

        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [builder.Index(input)], [map.ToMap()], new double[outputs], new AffineRounding(terms) { SumFactor = terms }));
    }
}
