// SPDX-License-Identifier: Apache-2.0
// A constant-product exchange between two tokens: reserve0 * reserve1 never falls, and 0.3 % of what comes in stays.
// Generated states write its storage, so the order of the variables is part of its interface: token0 in slot 0, token1 in
// slot 1, both reserves packed in slot 2 (reserve0 in the low 112 bits), the shares' supply in slot 3 and shares in slot 4.
pragma solidity 0.8.37;

interface IToken {
    function transfer(address to, uint256 value) external returns (bool);
    function transferFrom(address from, address to, uint256 value) external returns (bool);
}

contract Pair {
    IToken public token0;
    IToken public token1;
    uint112 public reserve0;
    uint112 public reserve1;
    uint256 public totalShares;
    mapping(address => uint256) public sharesOf;

    event Swap(address indexed sender, address indexed to, bool zeroForOne, uint256 amountIn, uint256 amountOut);
    event Deposit(address indexed owner, uint256 amount0, uint256 amount1, uint256 shares);
    event Withdrawal(address indexed owner, uint256 amount0, uint256 amount1, uint256 shares);

    error TooLittle(uint256 got, uint256 wanted);
    error TooMuch(uint256 amount);
    error TransferFailed();

    constructor(IToken first, IToken second) {
        token0 = first;
        token1 = second;
    }

    // What `amountIn` buys at these reserves, the fee taken off.
    function quote(uint256 amountIn, uint256 reserveIn, uint256 reserveOut) public pure returns (uint256) {
        uint256 net = amountIn * 997;
        return (net * reserveOut) / (reserveIn * 1000 + net);
    }

    function swap(bool zeroForOne, uint256 amountIn, uint256 least, address to) external returns (uint256 amountOut) {
        (uint256 reserveIn, uint256 reserveOut) = zeroForOne ? (reserve0, reserve1) : (reserve1, reserve0);
        (IToken tokenIn, IToken tokenOut) = zeroForOne ? (token0, token1) : (token1, token0);
        amountOut = quote(amountIn, reserveIn, reserveOut);
        if (amountOut < least || amountOut == 0) revert TooLittle(amountOut, least);
        unchecked {
            reserveIn += amountIn;
            reserveOut -= amountOut;
        }
        if (zeroForOne) store(reserveIn, reserveOut);
        else store(reserveOut, reserveIn);
        if (!tokenIn.transferFrom(msg.sender, address(this), amountIn)) revert TransferFailed();
        if (!tokenOut.transfer(to, amountOut)) revert TransferFailed();
        emit Swap(msg.sender, to, zeroForOne, amountIn, amountOut);
    }

    // Both amounts must stand in the pool's proportion; the smaller side decides the shares.
    function deposit(uint256 amount0, uint256 amount1) external returns (uint256 shares) {
        uint256 supply = totalShares;
        if (supply == 0) {
            shares = squareRoot(amount0 * amount1);
        } else {
            uint256 by0 = (amount0 * supply) / reserve0;
            uint256 by1 = (amount1 * supply) / reserve1;
            shares = by0 < by1 ? by0 : by1;
        }
        if (shares == 0) revert TooLittle(0, 1);
        totalShares = supply + shares;
        sharesOf[msg.sender] += shares;
        store(reserve0 + amount0, reserve1 + amount1);
        if (!token0.transferFrom(msg.sender, address(this), amount0)) revert TransferFailed();
        if (!token1.transferFrom(msg.sender, address(this), amount1)) revert TransferFailed();
        emit Deposit(msg.sender, amount0, amount1, shares);
    }

    function withdraw(uint256 shares) external returns (uint256 amount0, uint256 amount1) {
        uint256 supply = totalShares;
        amount0 = (shares * reserve0) / supply;
        amount1 = (shares * reserve1) / supply;
        sharesOf[msg.sender] -= shares;
        totalShares = supply - shares;
        store(reserve0 - amount0, reserve1 - amount1);
        if (!token0.transfer(msg.sender, amount0)) revert TransferFailed();
        if (!token1.transfer(msg.sender, amount1)) revert TransferFailed();
        emit Withdrawal(msg.sender, amount0, amount1, shares);
    }

    function store(uint256 next0, uint256 next1) private {
        if (next0 > type(uint112).max) revert TooMuch(next0);
        if (next1 > type(uint112).max) revert TooMuch(next1);
        reserve0 = uint112(next0);
        reserve1 = uint112(next1);
    }

    // Heron's method from above; it falls until it stands at the root, rounded down.
    function squareRoot(uint256 square) private pure returns (uint256 root) {
        if (square == 0) return 0;
        root = square;
        uint256 next = square / 2 + 1;
        while (next < root) {
            root = next;
            next = (square / next + next) / 2;
        }
    }
}
