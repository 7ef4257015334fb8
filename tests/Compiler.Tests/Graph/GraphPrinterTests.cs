using RedGen.Compiler.Graphs;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Compiler.Tests.GraphTools;

public sealed class GraphPrinterTests
{
    [Fact]
    public void A_graph_is_readable_text()
    {
        Graph graph = new OnnxModelWriter().GraphName("net").Opset(17).Opset(1, "own")
            .Input("x", ElementType.Float32, "batch", 16, 8, 8).Input("c", ElementType.Bool)
            .Initializer("w", new float[16 * 16], 16, 16, 1, 1).Initializer("axes", [1, -1], 2)
            .Node("Conv", "x,w,", "h", n => n.Ints("strides", 1, 1).Int("group", 1)).ValueInfo("h", OnnxType.Tensor(ElementType.Float32, 1, 16, 8, 8))
            .Node("Op", "h,,axes", "a,,b", n => n.Domain("own").Float("alpha", 0.1f).String("mode", "a\"b\n").Tensor("value", Tensor.Of([2f], 1)))
            .Node("If", "c", "y", n => n.Graph("then_branch", g => g.GraphName("then").Node("Neg", "a", "t").Output("t")).Graph("else_branch", g => g.GraphName("else").Output("b")))
            .Output("y").ToModel().Graph;

        string expected = """
            graph net
              input %x: float32 batch×16×8×8
              input %c: bool scalar
              constant %axes: int64 2 [1, -1]
              constant %w: float32 16×16×1×1
              %h: float32 1×16×8×8 = Conv(%x, %w, _) {group=1, strides=[1, 1]}
              %a: ?, _, %b: ? = own.Op(%h, _, %axes) {alpha=0.1, mode="a\"b\u000a", value=float32 1 [2]}
              %y: ? = If(%c)
                else_branch:
                  graph else
                    output %b: ?
                then_branch:
                  graph then
                    %t: ? = Neg(%a)
                    output %t: ?
              output %y: ?

            """;
        Assert.Equal(expected.ReplaceLineEndings("\n"), GraphPrinter.Print(graph));
    }
}
