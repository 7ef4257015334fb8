using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>LSTM, GRU and RNN, step after step.</summary>
internal static class RecurrentRule
{
    /// <summary>Weights that all steps read together.</summary>
    private const long WorkLimit = 1 << 24;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        RecurrentLayer layer = ((RecurrentOperator)OperatorTable.Find(node.Operator)!).Read(builder.Parameters(node));
        if (node.HasInput(4) && (builder.IsVariable(node.Inputs[4]) || builder.Numbers(node.Inputs[4]).Any(n => n != layer.Steps))) throw new UnverifiableException("has sequences that end before the last step");
        if (node.Inputs.Skip(1).Take(3).Append(node.Input(7)).Any(i => i.Length > 0 && builder.IsVariable(i))) throw new UnverifiableException("has weights that depend on the input");
        if ((long)layer.Steps * layer.Directions.Length * layer.Batch * layer.GateRows * (layer.Inputs + layer.Hidden) > WorkLimit) throw new UnverifiableException("has more weights in all its steps than the analysis has memory for");
        RecurrentSequence[] sequences = [.. layer.Directions.Select(d => new RecurrentSequence(builder, node, layer, d))];
        foreach (RecurrentSequence sequence in sequences) sequence.Run();
        for (int k = 0; k < node.Outputs.Length; k++)
        {
            if (!node.HasOutput(k)) continue;
            var sum = new AffineSum(builder.Length(node.Outputs[k]));
            foreach (RecurrentSequence sequence in sequences)
            {
                int start = layer.StateStart(sequence.Direction.Index);
                if (k > 0) Place(sum, layer, k == 1 ? sequence.Hidden : sequence.Cell, start, layer.StateBatchStride, builder.Length(node.Outputs[k]));
                for (int t = 0; k == 0 && t < layer.Steps; t++) Place(sum, layer, sequence.States[t], start + (t * layer.OutputStepStride), layer.OutputBatchStride, builder.Length(node.Outputs[k]));
            }

            builder.Add(node.Outputs[k], sum.ToNode(node.Outputs[k], null));
        }
    }

    private static void Place(AffineSum sum, RecurrentLayer layer, int state, int start, int stride, int length)
    {
        int[] places = [.. Enumerable.Repeat(-1, length)];
        for (int n = 0; n < layer.Batch; n++)
            for (int j = 0; j < layer.Hidden; j++) places[start + (n * stride) + j] = (n * layer.Hidden) + j;
        sum.Add(state, LinearMapBuilder.Selection(layer.Batch * layer.Hidden, places));
    }
}
