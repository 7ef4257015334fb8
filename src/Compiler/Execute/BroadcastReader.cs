using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Execute;

/// <summary>Maps the flat index of an element of a broadcast result to that of the operand's element (numpy's rule).</summary>
public sealed class BroadcastReader
{
    private readonly int[] _lengths;
    private readonly int[] _strides;
    private readonly bool _isIdentity;

    /// <summary>Prepares the mapping from a result shape to an operand.</summary>
    public BroadcastReader(ReferenceTensor operand, int[] resultLengths)
        : this(operand.Lengths, resultLengths)
    {
    }

    /// <summary>Prepares the mapping from a result shape to an operand's shape, which broadcasts to it.</summary>
    public BroadcastReader(int[] operandLengths, int[] resultLengths)
    {
        _lengths = resultLengths;
        _strides = Strides(operandLengths, resultLengths);
        _isIdentity = Shape.Of(operandLengths).Equals(Shape.Of(resultLengths));
    }

    /// <summary>The operand's stride along each axis of the result, 0 where it is broadcast.</summary>
    public static int[] Strides(int[] operandLengths, int[] resultLengths)
    {
        var strides = new int[resultLengths.Length];
        int stride = 1;
        for (int i = operandLengths.Length - 1; i >= 0; i--)
        {
            int axis = i + resultLengths.Length - operandLengths.Length;
            strides[axis] = operandLengths[i] == 1 ? 0 : stride;
            stride *= operandLengths[i];
        }

        return strides;
    }

    /// <summary>The operand's flat index for a flat index of the result.</summary>
    public int IndexOf(int index)
    {
        if (_isIdentity) return index;
        int result = 0;
        for (int axis = _lengths.Length - 1; axis >= 0; axis--)
        {
            int position = index % _lengths[axis];
            index /= _lengths[axis];
            result += position * _strides[axis];
        }

        return result;
    }
}
