using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.Micro;

/// <summary>What RedGenProfile=Micro joins or cuts lies where it belongs, at any word.</summary>
public sealed class MicroCopiesTests
{
    [Fact]
    public void Parts_are_written_where_they_belong_and_slices_stay_where_they_are()
    {
        OnnxModelWriter model = new OnnxModelWriter().Input("x", ElementType.Float32, 1, 3, 7, 7).Output("y", ElementType.Float32)
            .Initializer("wa", RandomTensor.Of(ElementType.Float32, 1, 5, 3, 3, 3).ToTensor())
            .Initializer("wb", RandomTensor.Of(ElementType.Float32, 2, 3, 3, 1, 1).ToTensor())
            .Initializer("wc", RandomTensor.Of(ElementType.Float32, 3, 2, 3, 3, 3).ToTensor())
            .Initializer("lengths", new Tensor(ElementType.Int64, [2], (byte[])[.. BitConverter.GetBytes(5L), .. BitConverter.GetBytes(3L)]))
            .Node("Conv", "x,wa", "a", n => n.Ints("pads", 1, 1, 1, 1)).Node("Conv", "x,wb", "b")
            .Node("Concat", "a,b", "joined", n => n.Int("axis", 1)).Node("Sigmoid", "joined", "s")
            .Node("Split", "s,lengths", "first,second", n => n.Int("axis", 1))
            .Node("Conv", "second,wc", "c").Node("ReduceMean", "first", "m", n => n.Ints("axes", 1).Int("keepdims", 1))
            .Node("GlobalAveragePool", "c", "g").Node("GlobalAveragePool", "m", "h").Node("Mul", "g,h", "y");
        using CompiledModel compiled = CompiledModel.Compile(model.ToSource(), TestOptions.Exact with { Profile = Profile.Micro });
        Assert.DoesNotContain(compiled.Plan.Root.Steps, s => !s.IsView && s.Nodes.Any(n => n.Operator.Name is "Concat" or "Split"));
        compiled.AssertAgrees(1e-4, 1e-5, RandomTensor.Of(ElementType.Float32, 4, 1, 3, 7, 7));
    }
}
