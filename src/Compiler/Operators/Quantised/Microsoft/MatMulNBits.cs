using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Functions;

namespace RedGen.Compiler.Operators.Quantised.Microsoft;

/// <summary>
/// MatMulNBits: a product with a matrix whose transpose [N, K] is stored in blocks along K, each with a scale and a zero point. Four bits an
/// element, the even one in the low half of a byte, or eight. The weights become floats, which are constants as a rule and folded.
/// </summary>
internal sealed class MatMulNBits : QuantisedFunction
{
    /// <inheritdoc/>
    public override bool KeepsConstants => false;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "MatMulNBits",
        Domain = Microsoft,
        Versions = [1],
        Inputs =
        [
            new("A", TypeSet.Float), new("B", TypeSet.Integer), new("scales", TypeSet.Float), new("zero_points", TypeSet.Integer | TypeSet.Float, Arity.Optional),
            new("g_idx", TypeSet.Integer, Arity.Optional), new("bias", TypeSet.Float, Arity.Optional),
        ],
        Outputs = [new("Y", TypeSet.Float)],
        Attributes =
        [
            new("K", AttributeKind.Int), new("N", AttributeKind.Int), new("bits", AttributeKind.Int), new("block_size", AttributeKind.Int),
            new("accuracy_level", AttributeKind.Int), new("weight_prepacked", AttributeKind.Int),
        ],
    };

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        long k = context.Attributes.Int("K", 0);
        long n = context.Attributes.Int("N", 0);
        long bits = context.Attributes.Int("bits", 4);
        long block = context.Attributes.Int("block_size", 0);
        if (bits is not (4 or 8)) throw context.Fail("weights of 4 and of 8 bits are compiled");
        if (context.HasInput(4) || context.Attributes.Int("weight_prepacked", 0) != 0) throw context.Fail("g_idx and packed weights are not compiled");
        if (block < 16 || block > 1 << 20 || (block & (block - 1)) != 0) throw context.Invalid("block_size must be a power of two and at least 16");
        if (k < 1 || n < 1 || k > 1 << 28 || n > 1 << 28) throw context.Invalid("K and N must be positive");
        if (context.Type(1) != ElementType.UInt8) throw context.WrongType("B must be uint8");
        if (context.Type(2) != context.Type(0)) throw context.WrongType("scales must have the type of A");
        long blocks = (k + block - 1) / block;
        Require(context, 1, n * blocks * (block * bits / 8));
        Require(context, 2, n * blocks);
        if (context.HasInput(3))
        {
            bool packed = context.Type(3) == ElementType.UInt8;
            if (!packed && context.Type(3) != context.Type(0)) throw context.WrongType("zero_points must be uint8 or have the type of A");
            Require(context, 3, packed && bits == 4 ? n * ((blocks + 1) / 2) : n * blocks);
        }

        if (context.HasInput(5)) Require(context, 5, n);
        int[] lengths = context.Lengths(0);
        if (lengths.Length == 0 || lengths[lengths.Length - 1] != k) throw context.Fail("the last dimension of A must be K");
        lengths[lengths.Length - 1] = (int)n;
        context.SetOutput(0, context.Type(0), lengths);
    }

    /// <inheritdoc/>
    public override IEnumerable<Node> Body(FunctionContext context)
    {
        var nodes = new List<Node>();
        long k = context.Attributes.Int("K", 0);
        long n = context.Attributes.Int("N", 0);
        long block = context.Attributes.Int("block_size", 0);
        bool isNibbles = context.Attributes.Int("bits", 4) == 4;
        long blocks = (k + block - 1) / block;
        ElementType type = context.Type(0);
        string weights = Reals(context, nodes, context.Input(1), isNibbles, n, blocks, block);
        string zero = context.Number("zero_point", type, isNibbles ? 8 : 128);
        if (context.HasInput(3))
            zero = context.Type(3) == ElementType.UInt8 ? Reals(context, nodes, context.Input(3), isNibbles, n, blocks, 1) : Reshape(context, nodes, context.Input(3), n, blocks, 1);
        string centred = context.Add(nodes, "Sub", [weights, zero]);
        string scaled = context.Add(nodes, "Mul", [centred, Reshape(context, nodes, context.Input(2), n, blocks, 1)]);
        string rows = Start(context, nodes, Reshape(context, nodes, scaled, n, blocks * block), k);
        string columns = context.Add(nodes, "Transpose", [rows], NodeAttributes.Empty.With("perm", System.Collections.Immutable.ImmutableArray.Create(1L, 0L)));
        bool hasBias = context.HasInput(5);
        string result = hasBias ? context.Fresh("product") : context.Output(0);
        nodes.Add(context.Node("MatMul", [context.Input(0), columns], [result]));
        if (hasBias) nodes.Add(context.Node("Add", [result, context.Input(5)], [context.Output(0)]));
        return nodes;
    }

    /// <summary>Packed integers as floats of shape [rows, blocks, length]. Rows of nibbles begin at a byte each.</summary>
    private static string Reals(FunctionContext context, List<Node> nodes, string packed, bool isNibbles, long rows, long blocks, long length)
    {
        NodeAttributes to = NodeAttributes.Empty.With("to", (long)context.Type(0));
        if (!isNibbles) return Reshape(context, nodes, context.Add(nodes, "Cast", [packed], to), rows, blocks, length);
        string bytes = context.Add(nodes, "Cast", [Reshape(context, nodes, packed, rows, -1, 1)], NodeAttributes.Empty.With("to", (long)ElementType.Int32));
        string sixteen = context.Add(nodes, "Cast", [context.Integers("sixteen", 16)], NodeAttributes.Empty.With("to", (long)ElementType.Int32));
        string low = context.Add(nodes, "Mod", [bytes, sixteen]);
        string high = context.Add(nodes, "Div", [bytes, sixteen]);
        string both = context.Add(nodes, "Concat", [low, high], NodeAttributes.Empty.With("axis", 2L));
        string reals = Reshape(context, nodes, context.Add(nodes, "Cast", [both], to), rows, -1);
        return Reshape(context, nodes, Start(context, nodes, reals, blocks * length), rows, blocks, length);
    }

    private static string Start(FunctionContext context, List<Node> nodes, string rows, long count)
        => context.Add(nodes, "Slice", [rows, context.Integers("start", 0), context.Integers("count", count), context.Integers("axis", 1)]);

    private static string Reshape(FunctionContext context, List<Node> nodes, string value, params long[] lengths)
        => context.Add(nodes, "Reshape", [value, context.Integers("shape", lengths)]);

    private static void Require(InferenceContext context, int input, long elements)
    {
        if (context.Lengths(input).Aggregate(1L, (a, b) => a * b) != elements)
            throw context.Fail("input " + input.ToString(System.Globalization.CultureInfo.InvariantCulture) + " must have " + elements.ToString(System.Globalization.CultureInfo.InvariantCulture) + " elements");
    }
}
