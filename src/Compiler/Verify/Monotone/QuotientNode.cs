using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>Quotients (f(z′) − f(z)) ⁄ t by element, from the quotients (z′ − z) ⁄ t of real numbers: these times a slope that f has between z and z′, which is inside of z's bounds too.</summary>
/// <param name="Name">The value's name.</param>
/// <param name="Length">The number of elements.</param>
/// <param name="Source">The node of (z′ − z) ⁄ t.</param>
/// <param name="Original">The node of z.</param>
/// <param name="Function">The function.</param>
internal sealed record QuotientNode(string Name, int Length, int Source, int Original, Activation Function) : BoundNode(Name, Length, [Source]);
