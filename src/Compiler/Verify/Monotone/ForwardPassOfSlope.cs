using System;
using RedGen.Compiler.Verify.Network;
using RedGen.Compiler.Verify.Search;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>The slope of an output in an input at points, in double. Not for several threads at once.</summary>
internal sealed class ForwardPassOfSlope
{
    private readonly ForwardPass _pass;
    private readonly int _input;
    private readonly double[] _factors;

    /// <summary>Makes a pass.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The input.</param>
    /// <param name="output">The output.</param>
    /// <param name="sign">What the slope is multiplied with.</param>
    public ForwardPassOfSlope(BoundNetwork network, int input, int output, int sign)
    {
        _pass = new ForwardPass(network);
        _input = input;
        _factors = new double[network.Outputs];
        _factors[output] = sign;
    }

    /// <summary>The slope at a point.</summary>
    public double At(ReadOnlySpan<double> point)
    {
        _pass.Run(point);
        return _pass.Gradient(_factors)[_input];
    }
}
