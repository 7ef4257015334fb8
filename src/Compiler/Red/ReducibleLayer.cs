using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red;

/// <summary>
/// A constant of float weights as an outputs × columns matrix, with the node that reads it. For Conv and ConvTranspose a column is
/// (input channel of the group, tap); for Gemm and MatMul an input. A recurrent layer has two such constants, W and R; those that read its state (R) have a
/// group a direction.
/// </summary>
internal sealed class ReducibleLayer
{
    private readonly int[] _place;

    private ReducibleLayer(Node node, string weights, string bias, int outputs, int columns, int taps, int groups, int[] place, int operand = 1)
    {
        Node = node;
        Weights = weights;
        Operand = operand;
        Bias = bias;
        Outputs = outputs;
        Columns = columns;
        Taps = taps;
        Groups = groups;
        _place = place;
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>The initializer of the weights.</summary>
    public string Weights { get; }

    /// <summary>The place of the weights among the node's inputs.</summary>
    public int Operand { get; }

    /// <summary>Whether the node is an LSTM, GRU or RNN.</summary>
    public bool IsRecurrent => IsRecurrentNode(Node);

    /// <summary>Whether the columns are the units of a recurrent layer's state, not its input.</summary>
    public bool ReadsState => IsRecurrent && Operand == 2;

    /// <summary>The initializer of the bias; empty where there is none.</summary>
    public string Bias { get; }

    /// <summary>Rows of the matrix: output channels.</summary>
    public int Outputs { get; }

    /// <summary>Columns of the matrix: weights of one output.</summary>
    public int Columns { get; }

    /// <summary>Taps of a kernel; 1 for dense layers.</summary>
    public int Taps { get; }

    /// <summary>Groups of a convolution; 1 otherwise.</summary>
    public int Groups { get; }

    /// <summary>Input channels that one output reads.</summary>
    public int ChannelsPerGroup => Columns / Taps;

    /// <summary>The number of weights.</summary>
    public int Count => Outputs * Columns;

    /// <summary>All layers of a node: none, one, or those of a recurrent layer.</summary>
    public static IEnumerable<ReducibleLayer> ReadAll(Graph graph, Node node)
    {
        if (IsOpen(graph, node)) return [];
        if (!IsRecurrentNode(node)) return Read(graph, node) is { } layer ? [layer] : [];
        return new[] { 1, 2 }.Select(operand => ReadRecurrent(graph, node, operand)).OfType<ReducibleLayer>();
    }

    /// <summary>Layers over shapes that only a call tells keep their weights: nobody knows their work.</summary>
    private static bool IsOpen(Graph graph, Node node) => node.HasInput(0) && graph.TensorTypeOf(node.Inputs[0]) is { IsOpen: true };

    private static bool IsRecurrentNode(Node node) => node.Operator.QualifiedName is "LSTM" or "GRU" or "RNN";

    /// <summary>W as a dense layer whose rows are the gates of all directions; R the same with a group a direction.</summary>
    private static ReducibleLayer? ReadRecurrent(Graph graph, Node node, int operand)
    {
        if (graph.ConstantOf(node.Input(operand)) is not { ElementType: ElementType.Float32, Length: > 0, Dimensions.Length: 3 } tensor) return null;
        int directions = tensor.Dimensions[0];
        return new ReducibleLayer(
            node, node.Inputs[operand], "", directions * tensor.Dimensions[1], tensor.Dimensions[2], 1, operand == 2 ? directions : 1, Straight(tensor.Length), operand);
    }

    /// <summary>Reads a node; null where it is no layer with constant float weights, or a recurrent one.</summary>
    public static ReducibleLayer? Read(Graph graph, Node node)
    {
        if (IsOpen(graph, node) || graph.ConstantOf(node.Input(1)) is not { ElementType: ElementType.Float32, Length: > 0 } tensor) return null;
        int[] d = [.. tensor.Dimensions];
        string bias = node.HasInput(2) && graph.ConstantOf(node.Inputs[2]) is { ElementType: ElementType.Float32 } ? node.Inputs[2] : "";
        switch (node.Operator.QualifiedName)
        {
            case "Conv" when d.Length is >= 3 and <= 5:
                int taps = d.Skip(2).Aggregate(1, (a, b) => a * b);
                return new ReducibleLayer(node, node.Inputs[1], bias, d[0], d[1] * taps, taps, (int)node.Attributes.Int("group", 1), Straight(tensor.Length));
            case "ConvTranspose" when d.Length is >= 3 and <= 5:
                int groups = (int)node.Attributes.Int("group", 1);
                int kernel = d.Skip(2).Aggregate(1, (a, b) => a * b);
                return new ReducibleLayer(node, node.Inputs[1], bias, d[1] * groups, d[0] / groups * kernel, kernel, groups, TransposedPlaces(d[0] / groups, d[1], groups, kernel));
            case "Gemm" when d.Length == 2 && node.Attributes.Int("transA", 0) == 0 && node.Attributes.Float("alpha", 1) == 1:
                bool transposed = node.Attributes.Int("transB", 0) != 0;
                return transposed
                    ? new ReducibleLayer(node, node.Inputs[1], bias, d[0], d[1], 1, 1, Straight(tensor.Length))
                    : new ReducibleLayer(node, node.Inputs[1], bias, d[1], d[0], 1, 1, Transposed(d[0], d[1]));
            case "MatMul" when d.Length == 2 && graph.ConstantOf(node.Input(0)) is null:
                return new ReducibleLayer(node, node.Inputs[1], "", d[1], d[0], 1, 1, Transposed(d[0], d[1]));
            default:
                return null;
        }
    }

    /// <summary>Whether the layer is a transposed convolution: each input element adds to many outputs.</summary>
    public bool IsTransposed => Node.Operator.Name == "ConvTranspose";

    /// <summary>Multiply-adds of one inference, those with padding included; 0 where shapes are not known.</summary>
    public long MultiplyAdds(Graph graph)
    {
        if (IsTransposed) return graph.TensorTypeOf(Node.Inputs[0])?.Shape is { IsStatic: true } x ? x.ElementCount * (Outputs / Groups) * Taps : 0;
        return graph.TensorTypeOf(Node.Outputs[0])?.Shape is { IsStatic: true } y ? y.ElementCount * Columns : 0;
    }

    /// <summary>The weights as outputs × columns.</summary>
    public float[] ToRows(Tensor tensor)
    {
        System.ReadOnlySpan<float> elements = tensor.AsSpan<float>();
        var rows = new float[elements.Length];
        for (int i = 0; i < rows.Length; i++) rows[i] = elements[_place[i]];
        return rows;
    }

    /// <summary>The initializer that holds a matrix of this layer's shape.</summary>
    public Tensor ToTensor(float[] rows, ImmutableArray<int> dimensions)
    {
        var elements = new float[rows.Length];
        for (int i = 0; i < rows.Length; i++) elements[_place[i]] = rows[i];
        return new Tensor(ElementType.Float32, dimensions, System.Runtime.InteropServices.MemoryMarshal.AsBytes(System.MemoryExtensions.AsSpan(elements)).ToArray());
    }

    /// <summary>Where the elements of the matrix of a ConvTranspose stand in its constant, [input channel, output channel of the group, tap].</summary>
    public static int[] TransposedPlaces(int groupInputs, int groupOutputs, int groups, int taps)
    {
        var place = new int[groups * groupInputs * groupOutputs * taps];
        int next = 0;
        for (int output = 0; output < groups * groupOutputs; output++)
            for (int c = 0; c < groupInputs; c++)
                for (int t = 0; t < taps; t++)
                    place[next++] = (((((output / groupOutputs * groupInputs) + c) * groupOutputs) + (output % groupOutputs)) * taps) + t;
        return place;
    }

    private static int[] Straight(int count) => [.. Enumerable.Range(0, count)];

    /// <summary>Element [i, j] of the matrix stands at [j, i] of the constant.</summary>
    private static int[] Transposed(int inputs, int outputs)
    {
        var place = new int[inputs * outputs];
        for (int i = 0; i < outputs; i++)
            for (int j = 0; j < inputs; j++) place[(i * inputs) + j] = (j * outputs) + i;
        return place;
    }
}
