using System.Globalization;
using System.Linq;

namespace RedGen.Compiler.Operators.Quantised;

/// <summary>
/// Which scale and zero point belong to an element: one for the whole tensor, one for each position along an axis, or one for each block of
/// positions along an axis.
/// </summary>
internal sealed class Quantization
{
    private readonly int _axisLength;
    private readonly int _blocks;
    private readonly int _inner;
    private readonly int _rank;

    private Quantization(int[] lengths, int axis, int blockSize, int blocks)
    {
        Axis = axis;
        BlockSize = blockSize;
        _blocks = blocks;
        _rank = lengths.Length;
        _axisLength = axis < 0 ? 1 : lengths[axis];
        _inner = axis < 0 || lengths.Contains(0) ? 1 : lengths.Skip(axis + 1).Aggregate(1, (a, b) => a * b);
    }

    /// <summary>The axis that parameters vary along; −1 where there is one of each.</summary>
    public int Axis { get; }

    /// <summary>Positions along the axis that share their parameters; 0 where there is one of each.</summary>
    public int BlockSize { get; }

    /// <summary>Whether one scale serves all elements.</summary>
    public bool IsPerTensor => Axis < 0;

    /// <summary>Whether parameters vary along other axes too, each for a block of positions along one.</summary>
    public bool IsBlocked => BlockSize > 1 || (BlockSize == 1 && _blocks < 0);

    /// <summary>Elements that follow one position of the axis.</summary>
    public int Inner => _inner;

    /// <summary>Positions along the axis.</summary>
    public int AxisLength => _axisLength;

    /// <summary>Reads and checks what the attributes and the shapes of inputs 0 (elements), 1 (scales) and 2 (zero points) say.</summary>
    public static Quantization Read(InferenceContext context)
    {
        int[] x = context.Lengths(0);
        int[] scale = context.Lengths(1);
        if (context.HasInput(2) && !context.Lengths(2).SequenceEqual(scale) && !(context.Shape(2).ElementCount == 1 && context.Shape(1).ElementCount == 1))
            throw context.Fail("scale and zero point must have one shape");
        long block = context.Attributes.Int("block_size", 0);
        if (block < 0) throw context.Unsupported("block_size", "it must not be negative");
        if (block == 0 && context.Shape(1).ElementCount == 1 && scale.Length <= 1) return new Quantization(x, -1, 0, 0);
        if (block == 0 && scale.Length != 1) throw context.Fail("the scale must be a scalar or have one axis, unless block_size is given");
        if (x.Length == 0) throw context.Fail("a scalar has one scale only");
        // Opset 10 knows one scale only; a vector has no axis 1, which is the default.
        long stated = context.Attributes.Int("axis", 1);
        int axis = x.Length == 1 && !context.Attributes.Has("axis") ? 0 : context.Axis(stated, x.Length);
        if (block == 0)
        {
            if (context.Version == 10 && context.Node.Operator.Domain.Length == 0) throw context.Fail("in opset 10 the scale must be a scalar");
            if (scale[0] != x[axis]) throw context.Fail("there are " + Text(scale[0]) + " scales for the " + Text(x[axis]) + " positions of axis " + Text(axis));
            return new Quantization(x, axis, 1, x[axis]);
        }

        long blocks = (x[axis] + block - 1) / block;
        if (scale.Length != x.Length || scale[axis] != blocks || scale.Where((d, i) => i != axis && d != x[i]).Any())
            throw context.Fail("blocks of " + block.ToString(CultureInfo.InvariantCulture) + " along axis " + Text(axis) + " do not fit the shape of the scale");
        return new Quantization(x, axis, (int)System.Math.Min(block, int.MaxValue), -1);
    }

    /// <summary>The flat index of the parameters of an element.</summary>
    public int IndexOf(int element)
    {
        if (IsPerTensor) return 0;
        int position = element / _inner % _axisLength;
        if (!IsBlocked) return position;
        int blocks = (int)((_axisLength + (long)BlockSize - 1) / BlockSize);
        return (((element / _inner / _axisLength * blocks) + (position / BlockSize)) * _inner) + (element % _inner);
    }

    /// <summary>The lengths by which scales broadcast to the elements.</summary>
    public int[] BroadcastLengths() => IsPerTensor ? [] : [_axisLength, .. Enumerable.Repeat(1, _rank - Axis - 1)];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
