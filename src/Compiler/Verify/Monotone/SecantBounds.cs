using System;
using RedGen.Compiler.Verify.Check;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>Bounds of the quotients of a network over a box. Not for several threads at once.</summary>
internal sealed class SecantBounds(SecantNetwork secants) : LeafBounds(secants.Network)
{
    /// <summary>The least slope of an output.</summary>
    /// <param name="lower">The box's lower ends.</param>
    /// <param name="upper">Its upper ends.</param>
    /// <param name="output">The output.</param>
    /// <param name="sign">1, or −1 for the least of the slope's negative.</param>
    public double Least(double[] lower, double[] upper, int output, int sign)
    {
        Compute(lower, upper);
        int node = secants.Network.Output;
        var functional = new LeafFunctionals(secants.Network, 1);
        functional.Add(0, node, output, sign);
        double least = Math.Max(functional.Least(this)[0], sign > 0 ? Lower(node)[output] : -Upper(node)[output]);
        return double.IsNaN(least) ? double.NegativeInfinity : least;
    }

    /// <summary>Quotients are of real numbers: only the values round.</summary>
    protected override void Round(AffineNode node, int index, double[] sizes, double[] errors)
    {
        if (index < secants.First) base.Round(node, index, sizes, errors);
    }
}
